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

test("what counts is what toJSON gives", async () => {
  const { wasm } = await snapshotOf(`handler = async (_, ctx) => {
    const nested = (levels) => { let value = 1; for (let i = 0; i < levels; i += 1) value = [value]; return value }
    const outcome = (asked) => asked.then(() => "answered", (error) => [error.code, error.status])
    const short = { inner: nested(300), toJSON: () => "short" }
    short.again = short
    return Promise.all([
      outcome(ctx.db.posts.create({ title: short })),
      outcome(ctx.functions.invoke("other", { toJSON() { return this }, title: "so" })),
      outcome(ctx.db.posts.create({ title: { toJSON: () => nested(30_000) } })),
    ])
  }`)
  const instance = await startScript(wasm)

  const { output, error, call } = await instance.call(null, (waiting) => {
    for (const { id } of waiting.operations) waiting.end(id, null)
  })

  expect(error).toBeNull()
  expect(output).toEqual(["answered", "answered", ["INVALID_JSON", 400]])
  expect(call.operations[0]).toMatchObject({ data: { title: "short" } })
})

test("an error whose details are nested too deep keeps its code and its status, and is told at once", async () => {
  const { wasm } = await snapshotOf(`handler = ({ levels, isError }) => {
    let deep = 1
    for (let i = 0; i < levels; i += 1) deep = [deep]
    throw isError ? new __alyx_sdk.FunctionError("TOO_MUCH", 409, "It is.", deep) : deep
  }`)
  const instance = await startScript(wasm)
  const failureOf = async (input: object): Promise<unknown> => (await instance.call(input)).call.failure

  const sentence = "is nested deeper than 100 levels, or holds itself."
  expect(await failureOf({ levels: 3, isError: true })).toMatchObject({ details: [[[1]]] })
  const startedAt = process.cpuUsage()
  expect(await failureOf({ levels: 40_000, isError: true })).toMatchObject({
    code: "TOO_MUCH",
    status: 409,
    message: "It is.",
    details: `What the details say ${sentence}`,
  })
  expect(await failureOf({ levels: 40_000, isError: false })).toMatchObject({
    code: null,
    message: `Thrown: "What was thrown ${sentence}"`,
  })
  // Writing such an error takes the engine some seconds.
  expect(process.cpuUsage(startedAt).user).toBeLessThan(1_500_000)
})
