import { describe, expect, it } from "vitest"

import { foreignPlugin } from "../../helpers/assemblyscript-plugin.ts"
import { openFunctions } from "./functions-fixture.ts"

describe("a plug-in of another tool", () => {
  it("is called with the input's bytes, and answers", async () => {
    const functions = openFunctions()
    await functions.serve("abilities", await foreignPlugin("abilities"))

    expect(await functions.call("abilities", "grüße")).toBe("GRÜSSE")
    expect(functions.warnings).toEqual([])
  })
})
