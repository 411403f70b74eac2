import { describe, expect, it } from "vitest"

import { alyxError } from "../../../src/errors.ts"
import { foreignPlugin } from "../../helpers/assemblyscript-plugin.ts"
import { openFunctions } from "./functions-fixture.ts"
import type { FixtureOptions, FunctionsFixture } from "./functions-fixture.ts"

/** A plug-in that says what it is given: what a compiler of ours would write, and anything else. */
async function openSaying(options: FixtureOptions = {}): Promise<FunctionsFixture> {
  const functions = openFunctions({ dev: true, config: { instancesMax: 2 }, ...options })
  await functions.serve("deep", await foreignPlugin("says"), { entry: "says", timeoutMs: 5_000 })
  return functions
}

/** A value as text: these have no bound, unlike what JSON.stringify writes. */
const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels)

const create = (data: string): string => `submit\n{"id":1,"op":"db","collection":"c","action":"create","data":${data}}`
const answered = (text: string): unknown => JSON.parse(text.slice(text.indexOf("{")))

describe("what a guest says to its host", () => {
  it("may be as deep as the body of a request", async () => {
    const functions = await openSaying()

    expect(answered(await functions.call("deep", create(nested(100))))).toMatchObject({ id: 1, ok: true })
    expect(answered(await functions.call("deep", create(`"${"[".repeat(1_000)}"`)))).toMatchObject({ ok: true })
  })

  it.each([200, 6_000, 50_000])("is refused with %s levels, and no call is lost", async (levels) => {
    let asked = 0
    const functions = await openSaying({
      answer: () => {
        asked += 1
        return {}
      },
    })

    expect(answered(await functions.call("deep", create(nested(levels))))).toMatchObject({
      ok: false,
      error: { code: "INVALID_JSON", status: 400, message: "What an operation says is nested deeper than 100 levels." },
    })
    await expect(functions.call("deep", `call\n{"call":"digest","algorithm":${nested(levels)}}`)).rejects.toMatchObject(
      {
        code: "FUNCTION_ERROR",
        message: expect.stringContaining("An operation is nested deeper than 100 levels."),
      },
    )
    expect(asked).toBe(0)
    expect(functions.warnings).toEqual([])
  })

  it.each([200, 6_000, 50_000])("is told as an error of its own where an error has %s levels", async (levels) => {
    const functions = await openSaying()
    const fail = `tell\n{"id":0,"op":"fail","error":{"code":"BAD","status":400,"details":{"a":${nested(levels)}}}}`

    for (let count = 0; count < 4; count += 1) {
      await expect(functions.call("deep", fail)).rejects.toMatchObject({
        code: "FUNCTION_ERROR",
        message: "deep threw: The function threw an error that is nested too deep to be told.",
      })
    }
    expect(functions.service.stats().running).toBe(0)
  })

  it("is told as a line without its data where that is too deep", async () => {
    const functions = await openSaying()

    await functions.call("deep", `log\n{"level":"warn","message":"so","data":${nested(100)}}`)
    await functions.call("deep", `log\n{"level":"warn","message":"a \\",\\"data\\":","data":${nested(6_000)}}`)
    await functions.call("deep", `log\n{"data":${nested(50_000)},"message":"late"}`)
    await functions.call("deep", `log\n{"message":${nested(6_000)},"data":1}`)

    const lines = functions.ended.flatMap(({ logs }) => logs)
    expect(lines).toMatchObject([
      { level: "warn", message: "so", data: expect.any(Array) },
      { level: "warn", message: 'a ","data":', data: "What was logged is nested deeper than 100 levels." },
      { level: "warn", message: "A line that was logged is nested deeper than 100 levels." },
      { level: "warn", message: "A line that was logged is nested deeper than 100 levels." },
    ])
  })

  it("is answered as usual where the head of an answer is too deep", async () => {
    const functions = await openSaying()

    const { head } = await functions.invoke(
      "deep",
      `tell\n{"id":0,"op":"answer","head":{"status":201,"x":${nested(6_000)}}}`,
    )

    expect(head).toBeNull()
  })
})

describe("what the host answers, and cannot be written", () => {
  it.each([
    ["a value", () => ({ value: 1n })],
    ["the details of an error", () => Promise.reject(alyxError("BAD_REQUEST", { details: { much: 1n } }))],
  ])("is told as a mistake of the server: %s", async (_what, answer) => {
    const functions = await openSaying({ answer })

    expect(answered(await functions.call("deep", create("{}")))).toMatchObject({
      ok: false,
      error: { code: "INTERNAL" },
    })
    expect(functions.warnings).toMatchObject([expect.stringContaining("BigInt")])
  })
})
