import { describe, expect, test } from "vitest"

import { asForeign } from "../../helpers/assemblyscript-plugin.ts"
import { canCompileC, canCompileGo, compileC, compileGo } from "../../helpers/compiled-plugin.ts"
import { openFunctions } from "./functions-fixture.ts"

describe.runIf(canCompileC())("a plug-in in C", () => {
  test("keeps values in Extism's variables from call to call", async () => {
    const functions = openFunctions()
    await functions.serve("kv", asForeign(await compileC("kv")), { entry: "kv" })

    expect(await functions.call("kv", "city=Zürich")).toBe("kept")
    expect(await functions.call("kv", "country=CH")).toBe("kept")
    expect(await functions.call("kv", "city")).toBe("Zürich")
    await expect(functions.call("kv", "street")).rejects.toMatchObject({ code: "FUNCTION_ERROR" })
    expect(functions.ended.at(-1)?.error?.message).toBe("nothing is kept under this key")
  })

  test("reads the configuration, and sends requests to the API with the token of its call", async () => {
    const requests: unknown[] = []
    const functions = openFunctions({
      answer: (invocation, operation, body) => {
        requests.push({ ...operation, ofCall: functions.service.findByToken(invocation.token) === invocation })
        return {
          value: { status: 201, headers: [] },
          body: Buffer.concat([Buffer.from('{"made":'), body, Buffer.from("}")]),
        }
      },
    })
    const built = asForeign(await compileC("kv"))
    await functions.serve("config", built, { entry: "config", env: { GREETING: "hello" } })
    await functions.serve("create", built, { entry: "create" })

    expect(await functions.call("config", "GREETING")).toBe("hello")
    expect(await functions.call("create", '{"text":"é"}')).toBe('{"status":201,"body":{"made":{"text":"é"}}}')
    expect(requests).toEqual([
      expect.objectContaining({
        op: "fetch",
        url: "http://alyx.internal/api/collections/notes",
        method: "POST",
        headers: [
          ["content-type", "application/json"],
          ["authorization", expect.stringMatching(/^Bearer alyx_call_[0-9a-f]{64}$/)],
        ],
        ofCall: true,
      }),
    ])
  })
})

test.runIf(canCompileGo())(
  "a plug-in in Go, a reactor of WASI, is begun and called",
  async () => {
    const functions = openFunctions()
    await functions.serve("reverse", asForeign(await compileGo("reverse")), { entry: "reverse" })

    expect(await functions.call("reverse", "grüße")).toBe("eßürg")
    expect(await functions.call("reverse", "")).toBe("")
  },
  // Go compiles its own library the first time.
  180_000,
)
