import { describe, expect, test } from "vitest"

import { EvaluationError } from "../../../src/functions/snapshot.ts"
import { snapshotOf } from "../../helpers/script-plugin.ts"

describe("the web while a function is built", () => {
  for (const script of [
    `const top = fetch("http://example.com/")`,
    `fetch("http://example.com/").then(() => 1)`,
    `crypto.getRandomValues(new Uint8Array(1))`,
    `crypto.randomUUID()`,
    `crypto.subtle.digest("SHA-256", new Uint8Array(1))`,
    `AbortSignal.timeout(5)`,
    `Http.request({ url: "http://example.com/" })`,
    `Config.get("a")`,
    `Var.getString("a")`,
    `Memory.fromString("a")`,
    `Host.inputString()`,
  ])
    test(`${script} is refused with the cure`, async () => {
      const refused = await snapshotOf(`handler = () => 1; ${script}`).then(
        () => null,
        (error: unknown) => error,
      )

      expect(refused).toBeInstanceOf(EvaluationError)
      expect((refused as EvaluationError).failure).toMatchObject({
        code: "BUILD_TIME_ACCESS",
        message: expect.stringContaining("is not there while the function is built; use it inside the handler"),
        stack: expect.stringContaining("script.js:1:"),
      })
    })

  test("what needs nobody works, and gives the same every time", async () => {
    const script = `
      const kept = [new URL("../a", "http://b/c/d").href, new TextEncoder().encode("é"), structuredClone(new Map([[1, 2]])), new Headers({ a: "b" }), new Request("http://a/b"), new Response("x"), new AbortController(), new URLPattern({ pathname: "/:a" }), new Blob(["x"]), new FormData(), new EventTarget(), new MessageChannel(), performance.now(), new ReadableStream()]
      console.log("built", kept[0])
      handler = () => kept.length`

    const [first, second] = [await snapshotOf(script), await snapshotOf(script)]

    expect(Buffer.compare(first.wasm, second.wasm)).toBe(0)
    expect(first.logLines).toEqual(second.logLines)
    expect(JSON.stringify(first.logLines)).toContain("built http://b/a")
  })
})
