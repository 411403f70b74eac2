import { expect, test } from "vitest"

import { offerFirstAdmin } from "../../../../src/daemon/auth/administration/first-admin.ts"
import { signedIn } from "../asking-callers.ts"
import { send, sendJson, startHttp } from "../http-fixture.ts"

const person = { email: "ada@example.com", password: "correct horse" }

test("the link leads to a page, and its form makes the admin, once", async () => {
  const { port, link, token, logLines, parts } = await startWithLink()

  const page = await send(port, { path: link.pathname + link.search })
  const form = new URLSearchParams({ token, ...person }).toString()
  const sent = {
    method: "POST",
    path: link.pathname,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: form,
  }
  const made = await send(port, sent)
  const again = await send(port, sent)
  const { body } = await sendJson(port, "POST", "/api/auth/login", person)

  expect(page).toMatchObject({
    status: 200,
    headers: { "cache-control": "no-store", "referrer-policy": "no-referrer" },
  })
  expect(page.text).toContain(`name="token" value="${token}"`)
  expect(made.text).toContain("ada@example.com is an admin now")
  expect(again).toMatchObject({ status: 400, headers: { "content-type": "text/html; charset=utf-8" } })
  expect(again.text).toContain("There is an admin already.")
  const headers = { authorization: `Bearer ${body.access_token}` }
  expect((await send(port, { path: "/api/admin/stats", headers })).status).toBe(200)
  const kept = JSON.stringify([logLines, parts.activity.past({ tail: 100 })])
  for (const secret of [token, "correct horse"]) expect(kept).not.toContain(secret)
})

test("a password that is too short or an address that is none leaves the link as it is", async () => {
  const { port, link, token } = await startWithLink()

  for (const wrong of [{ password: "short" }, { email: "ada" }, { role: "x" }]) {
    const answer = await sendJson(port, "POST", link.pathname, { token, ...person, ...wrong })
    expect(answer, JSON.stringify(wrong)).toMatchObject({ status: 400, body: { error: { code: "VALIDATION_ERROR" } } })
  }
  expect((await sendJson(port, "POST", link.pathname, { token, ...person })).status).toBe(201)
})

test("a form that will not do is shown again with what was filled in, but for the password", async () => {
  const { port, link, token } = await startWithLink()
  const post = (fields: Record<string, string>) =>
    send(port, {
      method: "POST",
      path: link.pathname,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ token, ...fields }).toString(),
    })

  const again = await post({ ...person, password: "short1" })
  const wrongToken = await post({ ...person, password: "short1", token: "A".repeat(43) })

  expect(again).toMatchObject({ status: 400, headers: { "content-type": "text/html; charset=utf-8" } })
  expect(again.text).toContain("password must have at least 8 characters.")
  expect(again.text).toMatch(/name="email"[^>]*value="ada@example.com"/)
  expect(again.text).toMatch(/name="password"[^>]*minlength="8"/)
  expect(again.text).not.toContain("short1")
  expect(wrongToken.text).not.toContain("<form")
  expect((await post(person)).status).toBe(201)
})

test("another start ends the link of the one before, and so does an hour, and so does an admin", async () => {
  const clock = { ms: Date.now(), now: (): number => clock.ms }
  const { port, link, token, parts } = await startWithLink(clock)
  const asks = (code: string) => send(port, { path: `${link.pathname}?token=${code}` })

  const second = new URL((await offerFirstAdmin(parts.auth))!).searchParams.get("token")!
  expect((await asks(token)).status).toBe(400)
  expect((await asks(second)).status).toBe(200)
  clock.ms += 3_600_000
  expect((await asks(second)).status).toBe(400)

  const third = new URL((await offerFirstAdmin(parts.auth))!).searchParams.get("token")!
  await signedIn(parts.auth, { email: "other@example.com", role: "admin" })
  expect((await asks(third)).status).toBe(400)
  expect((await sendJson(port, "POST", link.pathname, { token: third, ...person })).body.error.code).toBe(
    "INVALID_CODE",
  )
  expect(await offerFirstAdmin(parts.auth)).toBe(null)
})

test("of twenty who use the link at once, one becomes an admin", async () => {
  const { port, link, token, parts } = await startWithLink()

  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, number) =>
      sendJson(port, "POST", link.pathname, { token, ...person, email: `ada${number}@example.com` }),
    ),
  )

  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  const count = { sql: "SELECT count(*) AS n FROM _alyx_users", parameters: [] }
  expect(parts.auth.database.read((reader) => reader.get(count))).toEqual({ n: 1 })
})

test("texts that the users collection needs are asked for on the page", async () => {
  const schemaText =
    "collections:\n  users:\n    fields:\n      email: { type: string }\n      name: { type: string }\n      about: { type: text, nullable: true }\n"
  const { port, parts } = await startHttp({ server: { insecureOpen: false }, schemaText })
  const link = new URL((await offerFirstAdmin(parts.auth))!)

  const page = await send(port, { path: link.pathname + link.search })
  const body = new URLSearchParams({ ...person, name: "Ada <3", token: link.searchParams.get("token")! }).toString()
  const headers = { "content-type": "application/x-www-form-urlencoded" }
  const made = await send(port, { method: "POST", path: link.pathname, headers, body })

  expect([...page.text.matchAll(/<input[^>]* name="(\w+)"/g)].map(([, name]) => name)).toEqual([
    "token",
    "email",
    "password",
    "name",
  ])
  expect(made.status).toBe(201)
  const signIn = await sendJson(port, "POST", "/api/auth/login", person)
  expect(signIn.body.user).toMatchObject({ role: "admin", email: "ada@example.com" })
})

test("other fields that it needs are for the command line, which the page says", async () => {
  const schemaText = "collections:\n  users:\n    fields:\n      age: { type: int }\n"
  const { port, parts } = await startHttp({ server: { insecureOpen: false }, schemaText })
  const link = new URL((await offerFirstAdmin(parts.auth))!)

  const answer = await sendJson(port, "POST", link.pathname, { token: link.searchParams.get("token"), ...person })

  expect(answer).toMatchObject({ status: 400, body: { error: { code: "VALIDATION_ERROR" } } })
  expect(answer.body.error.next).toContain("alyx auth create-admin --email … --data")
})

async function startWithLink(clock?: { readonly now: () => number }) {
  const running = await startHttp({ server: { insecureOpen: false }, ...(clock === undefined ? {} : { clock }) })
  const link = new URL((await offerFirstAdmin(running.parts.auth))!)
  return { ...running, link, token: link.searchParams.get("token")! }
}
