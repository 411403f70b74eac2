import { describe, expect, it } from "vitest"

import { tempFolder } from "../../helpers/temp-folder.ts"
import { openFunctions } from "./functions-fixture.ts"
import { buildPlugin } from "./guest-plugins.ts"

const define = (body: string): string =>
  `import { defineFunction } from "@alyx/functions"
   export default defineFunction({ handler: async (input: any, ctx: any) => { ${body} } })`

const memoryBytes = 256 * 1024 * 1024
const codeOf = `(e) => e.cause?.code ?? e.code ?? e.name`

describe("what a call sends to the host", () => {
  it("counts until the host has done with it, also where the guest gave it up", async () => {
    let asked = 0
    const functions = openFunctions({
      answer: () => {
        asked += 1
        return new Promise(() => undefined)
      },
    })
    const body = `const body = "x".repeat(4 * 1024 * 1024)
      const codes = []
      for (let i = 0; i < 12; i += 1) {
        const controller = new AbortController()
        const sent = fetch(ctx.url, { method: "POST", body, signal: controller.signal }).catch(${codeOf})
        await new Promise((resolve) => setTimeout(resolve, 1))
        controller.abort()
        codes.push(await sent)
      }
      return codes`
    await functions.serve("sends", await buildPlugin(await tempFolder(), define(body)), { memoryBytes })

    expect(JSON.parse(await functions.call("sends"))).toHaveLength(12)
    expect(asked).toBe(7)
  })

  it("is no larger statement or document than a request may bring", async () => {
    let asked = 0
    const functions = openFunctions({
      answer: () => {
        asked += 1
        return { value: [] }
      },
    })
    const body = `const query = (length) => ctx.db.query('SELECT ?', ["x".repeat(length)]).then(() => "ok", (e) => [e.code, e.status])
      return [await query(1024 * 1024), await query(3 * 1024 * 1024)]`
    await functions.serve("writes", await buildPlugin(await tempFolder(), define(body)), { privileged: true })

    expect(JSON.parse(await functions.call("writes"))).toEqual(["ok", ["BODY_TOO_LARGE", 413]])
    expect(asked).toBe(1)
  })

  it("is no error that is larger: that is told as one", async () => {
    const functions = openFunctions({ dev: true })
    const thrown = `import { FunctionError, defineFunction } from "@alyx/functions"
      export default defineFunction({ handler() { throw new FunctionError("X", 409, "m", { text: "x".repeat(3 * 1024 * 1024) }) } })`
    await functions.serve("throws", await buildPlugin(await tempFolder(), thrown))

    await expect(functions.call("throws")).rejects.toMatchObject({
      code: "FUNCTION_ERROR",
      message: expect.stringContaining("too large to be told"),
    })
  })
})
