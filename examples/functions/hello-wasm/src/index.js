import { addDays, format } from "date-fns"

import { greet } from "./greet.js"

/** Greets whoever is named, keeps the greeting in the collection `greetings`, and says when the next one is due. */
export function hello() {
  const { name = "World" } = JSON.parse(Host.inputString() || "{}") ?? {}
  const text = greet(name)
  const kept = createDocument("greetings", { name, text })
  Host.outputString(JSON.stringify({ text, id: kept.id, next: format(addDays(new Date(), 1), "yyyy-MM-dd") }))
}

/** Calls the API of Alyx as whoever called the function: the address and a token stand in the configuration. */
function createDocument(collection, data) {
  const { status, body } = Http.request(
    {
      method: "POST",
      url: `${Config.get("ALYX_URL")}/api/collections/${collection}`,
      headers: { authorization: `Bearer ${Config.get("ALYX_TOKEN")}`, "content-type": "application/json" },
    },
    JSON.stringify(data),
  )
  if (status >= 300) throw new Error(`The API answered ${status}: ${body}`)
  return JSON.parse(body)
}
