import { expect, test } from "vitest"

import { snapshotOf, startScript } from "../../../helpers/script-plugin.ts"

test("what is nested too deep is refused where it is given, before it is written", async () => {
  const { wasm } = await snapshotOf(`handler = async (_, ctx) => {
    const nested = (levels) => { let value = 1; for (let i = 0; i < levels; i += 1) value = [value]; return value }
    const outcome = (asked) => asked.then(() => "answered", (error) => [error.code, error.status])
    const itself = {}
    itself.again = itself
    return Promise.all([
      outcome(ctx.db.posts.create({ title: nested(99) })),
      outcome(ctx.db.posts.create({ title: nested(30_000) })),
      outcome(ctx.db.posts.update("a", itself)),
      outcome(ctx.functions.invoke("other", nested(30_000))),
    ])
  }`)
  const instance = await startScript(wasm)

  const { output, error } = await instance.call(null, (call) => {
    for (const { id } of call.operations) call.end(id, null)
  })

  expect(error).toBeNull()
  const refused = ["INVALID_JSON", 400]
  expect(output).toEqual(["answered", refused, refused, refused])
})
