import { describe, expect, it } from "vitest"

import { asForeign, foreignPlugin } from "../../helpers/assemblyscript-plugin.ts"
import { silentWasm } from "../../helpers/silent-wasm.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"
import { openFunctions } from "./functions-fixture.ts"
import type { FunctionsFixture } from "./functions-fixture.ts"
import { buildPlugin } from "./guest-plugins.ts"

const define = (body: string, members = ""): string =>
  `import { defineFunction, FunctionError } from "@alyx/functions"
   export default defineFunction({ ${members} handler: async (input: any, ctx: any) => { ${body} } })`

async function serving(source: string): Promise<FunctionsFixture> {
  const functions = openFunctions()
  await functions.serve("storm", await buildPlugin(await tempFolder(), source), { memoryBytes: 128 * 1_048_576 })
  return functions
}

describe("a call that takes more blocks than Extism has indices", () => {
  it("still returns what it returns", async () => {
    const functions = await serving(
      define(
        `let i = 0
         for (; i < 30_000; i++) {
           if (i % 10 === 0) await crypto.subtle.digest("SHA-256", new Uint8Array(1))
           else console.log("x")
         }
         return { i }`,
        `output: { i: { type: "int" } },`,
      ),
    )

    expect(await functions.call("storm")).toBe('{"i":30000}')
    expect(functions.ended).toMatchObject([{ status: "success" }])
  })

  it("still fails with the error that it throws", async () => {
    const functions = await serving(
      define(`for (let i = 0; i < 33_000; i++) console.log("x")
              throw new FunctionError("NOT_YET", 409, "Come back later.")`),
    )

    await expect(functions.call("storm")).rejects.toMatchObject({
      code: "FUNCTION_ERROR",
      message: "Come back later.",
      thrown: { code: "NOT_YET", status: 409 },
    })
  })

  it("frees them through whatever Extism offers", async () => {
    const functions = openFunctions()
    await functions.serve("goes-on", await foreignPlugin("abilities"), { entry: "goesOn" })

    expect(await functions.call("goes-on", "9000")).toBe("still here")
  })

  it("and keeps them is refused, and has used more memory than there is", async () => {
    const functions = openFunctions()
    await functions.serve("blocks", await foreignPlugin("abilities"), { entry: "blocks" })

    expect(await functions.call("blocks", "32000")).toBe("32000")
    // The one that it answers with, and that of the input.
    await expect(functions.call("blocks", "40000")).rejects.toMatchObject({ code: "FUNCTION_OUT_OF_MEMORY" })
    expect(await functions.call("blocks", "10")).toBe("10")
  })
})

it("a function of our compiler that ends with neither an answer nor an error has failed", async () => {
  const functions = openFunctions()
  const says = { abi: 1, engine: "alyx", style: "define", exports: ["handler"], input: null, output: null } as const
  await functions.serve("silent", { ...asForeign(silentWasm()), description: says })
  await functions.serve("foreign", asForeign(silentWasm()))

  await expect(functions.call("silent")).rejects.toMatchObject({
    code: "FUNCTION_TRAPPED",
    message: expect.stringContaining("neither an answer nor an error"),
  })
  expect(await functions.call("foreign")).toBe("")
})

describe("a function that asks on and on", () => {
  it("is ended when what it was refused piles up", async () => {
    const functions = openFunctions()
    await functions.serve("storm", await foreignPlugin("storm"), { entry: "storm" })

    await expect(functions.call("storm")).rejects.toMatchObject({ code: "HOST_CALLS_EXCEEDED", status: 429 })
  })
})
