import { describe, expect, test } from "vitest"

import { guestBuilder } from "../../../helpers/guest-function.ts"

const buildGuest = guestBuilder()

describe("In the engine for any Extism host", () => {
  test.each([
    [
      `import { defineFunction } from "@alyx/functions"
       export default defineFunction({ input: { name: "string" }, handler: (input, ctx) => ({ hello: input.name, auth: ctx.auth, env: ctx.env.X ?? null }) })`,
      '{"hello":"Ada","auth":null,"env":null}',
    ],
    [
      `export default (req, res) => res.status(201).json({ hello: req.input.name, method: req.method, path: req.path })`,
      '{"hello":"Ada","method":"POST","path":"/api/functions/function"}',
    ],
    [
      `export default { async fetch(request) { return Response.json({ hello: (await request.json()).name }) } }`,
      '{"hello":"Ada"}',
    ],
  ])("every style answers with its output", async (source, output) => {
    const guest = await buildGuest(source, "under-test.ts", "extism")

    const outcome = await guest.call({ input: { name: "Ada" } })

    expect(outcome.output).toBe(output)
    expect(outcome.operations).toEqual([])
  })

  test("an error is Extism's error, and what needs Alyx says so", async () => {
    const guest = await buildGuest(
      `import { defineFunction, FunctionError } from "@alyx/functions"
       export default defineFunction({ input: { what: "string" }, async handler(input, ctx) {
         if (input.what === "db") return ctx.db.posts.list()
         throw new FunctionError("NO", 409, "It is not so.")
       } })`,
      "under-test.ts",
      "extism",
    )

    await expect(guest.call({ input: { what: "throw" } })).rejects.toThrow("FunctionError: It is not so.")
    await expect(guest.call({ input: { what: "db" } })).rejects.toThrow("needs a host of Alyx")
    await expect(guest.call({ input: {} })).rejects.toThrow("what is required.")
  })
})
