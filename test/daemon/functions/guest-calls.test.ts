import { describe, expect, it } from "vitest"

import { tempFolder } from "../../helpers/temp-folder.ts"
import { openFunctions } from "./functions-fixture.ts"
import { buildPlugin } from "./guest-plugins.ts"

describe("a function of our compiler", () => {
  it("is called as its caller, and answers", async () => {
    const functions = openFunctions()
    const built = await buildPlugin(
      await tempFolder(),
      `import { defineFunction } from "@alyx/functions"
       export default defineFunction({ handler: (input, ctx) => ({ input, who: ctx.auth.id }) })`,
    )
    await functions.serve("hello", built)

    expect(JSON.parse(await functions.call("hello", '{"a":1}'))).toEqual({ input: { a: 1 }, who: "ada" })
    expect(functions.warnings).toEqual([])
  })
})
