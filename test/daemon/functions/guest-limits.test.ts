import { describe, expect, it } from "vitest"

import { tempFolder } from "../../helpers/temp-folder.ts"
import { callerNamed, openFunctions } from "./functions-fixture.ts"
import type { FunctionsFixture } from "./functions-fixture.ts"
import { buildPlugin } from "./guest-plugins.ts"

const define = (body: string): string =>
  `import { defineFunction } from "@alyx/functions"
   const kept: unknown[] = []
   export default defineFunction({ handler: async (input: any, ctx: any) => { ${body} } })`

/** A function that misbehaves, and a good one that waits on the same thread meanwhile. */
async function beside(
  functions: FunctionsFixture,
  body: string,
  limits: { readonly memoryMegabytes?: number; readonly timeoutMs?: number } = {},
): Promise<() => Promise<string>> {
  const folder = await tempFolder()
  const { memoryMegabytes = 32, timeoutMs = 20_000 } = limits
  const memoryBytes = memoryMegabytes * 1_048_576
  await functions.serve("bad", await buildPlugin(folder, define(body)), { timeoutMs, memoryBytes })
  await functions.serve(
    "good",
    await buildPlugin(folder, define(`await new Promise((r) => setTimeout(r, 100)); return "good"`)),
  )
  await functions.call("good")
  return () => functions.call("good")
}

describe("a function that misbehaves is ended, and its neighbours go on", () => {
  it("in an endless loop, by an interrupt: the thread is not replaced", async () => {
    const functions = openFunctions({ config: { workers: 1 } })
    const good = await beside(functions, `while (true) kept.length = 0`, { timeoutMs: 300 })

    const [bad, answer] = await Promise.allSettled([functions.call("bad"), good()])

    expect(bad).toMatchObject({ reason: { code: "FUNCTION_TIMEOUT" } })
    expect(answer).toMatchObject({ value: '"good"' })
    expect(functions.ended.at(-1)?.status).toMatch(/timed_out|success/)
    const timedOut = functions.ended.filter(({ status }) => status === "timed_out")
    expect(timedOut).toMatchObject([{ error: { problems: [{ at: { file: expect.stringMatching(/\.ts$/) } }] } }])
  })

  it("in a loop that catches everything", async () => {
    const functions = openFunctions({ config: { workers: 1 } })
    const good = await beside(functions, `while (true) { try { while (true) kept.length = 0 } catch {} }`, {
      timeoutMs: 300,
    })

    const [bad, answer] = await Promise.allSettled([functions.call("bad"), good()])

    expect(bad).toMatchObject({ reason: { code: "FUNCTION_TIMEOUT" } })
    expect(answer).toMatchObject({ value: '"good"' })
  })

  it("while it waits, by the clock of the main thread", async () => {
    const functions = openFunctions({ config: { workers: 1 }, answer: () => new Promise(() => undefined) })
    const good = await beside(functions, `await fetch(ctx.url)`, { timeoutMs: 300 })

    const [bad, answer] = await Promise.allSettled([functions.call("bad"), good()])

    expect(bad).toMatchObject({ reason: { code: "FUNCTION_TIMEOUT" } })
    expect(answer).toMatchObject({ value: '"good"' })
  })

  it("in endless recursion, with an error that it could have caught", async () => {
    const functions = openFunctions({ dev: true })
    const good = await beside(functions, `const deeper = (n) => n + deeper(n + 1); return deeper(0)`)

    await expect(functions.call("bad")).rejects.toMatchObject({
      code: "FUNCTION_ERROR",
      message: expect.stringMatching(/stack/i),
    })
    expect(await good()).toBe('"good"')
  })

  it("in endless allocation, with a code of its own", async () => {
    const functions = openFunctions()
    const good = await beside(functions, `while (true) kept.push(new Uint8Array(1024 * 1024).fill(1))`)

    await expect(functions.call("bad")).rejects.toMatchObject({
      code: "FUNCTION_OUT_OF_MEMORY",
      message: expect.stringContaining("32 MB"),
    })
    await expect(functions.call("bad")).rejects.toMatchObject({ code: "FUNCTION_OUT_OF_MEMORY" })
    expect(functions.ended.find(({ status }) => status === "failed")).toMatchObject({
      error: { problems: [{ at: { file: expect.stringMatching(/\.ts$/) } }] },
    })
    expect(await good()).toBe('"good"')
  })

  it.each([16, 24, 32, 64])(
    "in promises without end, where no memory of %d MB is left for the error",
    async (megabytes) => {
      const functions = openFunctions()
      const built = await buildPlugin(
        await tempFolder(),
        define(`const held: unknown[] = []; for (;;) held.push((async () => { await 1 })())`),
      )
      await functions.serve("bad", built, { memoryBytes: megabytes * 1_048_576 })

      await expect(functions.call("bad")).rejects.toMatchObject({ code: "FUNCTION_OUT_OF_MEMORY" })
    },
  )

  it("in a storm of lines: some are kept, the others counted", async () => {
    const functions = openFunctions()
    const good = await beside(functions, `while (true) console.log("and another thing".padEnd(2_000))`, {
      timeoutMs: 2_000,
    })

    await expect(functions.call("bad")).rejects.toMatchObject({ code: "FUNCTION_TIMEOUT" })

    const bad = functions.ended.find(({ status }) => status === "timed_out")!
    expect(bad.logs.length).toBeGreaterThan(10)
    expect(bad.logs.length).toBeLessThan(200)
    expect(bad.logsDropped).toBeGreaterThan(100)
    expect(await good()).toBe('"good"')
  })

  it("in a storm of operations", async () => {
    let asked = 0
    const functions = openFunctions({
      answer: () => {
        asked += 1
        return { value: {} }
      },
    })
    const good = await beside(
      functions,
      `const ask = () => ctx.functions.invoke("other").then(() => "ok", (e) => e.code)
       const answers = await Promise.all(Array.from({ length: 400 }, ask))
       return answers.filter((one) => one === "ok").length`,
    )

    expect(await functions.call("bad")).toBe("400")
    expect(asked).toBe(400)
    expect(await good()).toBe('"good"')
  })

  it("with an answer that is too large", async () => {
    const functions = openFunctions()
    const good = await beside(functions, `return "x".repeat(17 * 1024 * 1024)`, { memoryMegabytes: 128 })

    await expect(functions.call("bad")).rejects.toMatchObject({ code: "OUTPUT_TOO_LARGE" })
    expect(await good()).toBe('"good"')
  })

  it.each([
    ["handler", `export default function handler(req: any, res: any) { res.send("x".repeat(17 << 20)) }`],
    ["fetch", `export default { fetch: () => new Response("x".repeat(17 << 20)) }`],
  ])("with an answer that is too large, of style %s", async (_style, source) => {
    const functions = openFunctions()
    await functions.serve("bad", await buildPlugin(await tempFolder(), source), { memoryBytes: 256 * 1_048_576 })
    const request = { method: "GET", url: "http://alyx.internal/api/functions/bad", headers: [], params: {} }

    await expect(functions.call("bad", "", { request: request as never })).rejects.toMatchObject({
      code: "OUTPUT_TOO_LARGE",
      message: `The answer of bad has ${17 << 20} bytes; the limit is ${16 << 20}.`,
    })
  })
})

describe("a function cannot reach out of its instance", () => {
  it("finds nothing of the machine", async () => {
    const functions = openFunctions()
    const built = await buildPlugin(
      await tempFolder(),
      define(`const look = Function("return [typeof require, typeof WebAssembly, typeof Deno, typeof Worker, typeof module]")
        return [...look(), Object.keys(globalThis.process?.env ?? {})]`),
    )
    await functions.serve("looks", built)

    const absent = "undefined"
    expect(JSON.parse(await functions.call("looks"))).toEqual([absent, absent, absent, absent, absent, []])
  })

  it("does not change prototypes of ours, whatever its messages hold", async () => {
    const seen: unknown[] = []
    const functions = openFunctions({
      answer: (_invocation, operation) => {
        seen.push(operation)
        return { value: JSON.parse('{"__proto__":{"polluted":1},"status":200,"headers":[]}') }
      },
    })
    const built = await buildPlugin(
      await tempFolder(),
      define(`
        const body = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}')
        console.log("x", body)
        await fetch(ctx.url, { headers: { "__proto__": "1", "constructor": "2" } }).catch(() => null)
        throw Object.assign(new Error("m"), { code: "__proto__", status: 200, details: body })`),
    )
    await functions.serve("tricks", built)

    await expect(functions.call("tricks")).rejects.toMatchObject({ code: "FUNCTION_ERROR", status: 500 })

    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(Object.getPrototypeOf(functions.ended[0]!.error!.details ?? {})).toBe(Object.prototype)
    expect(seen).toHaveLength(1)
    expect(await functions.call("tricks").catch((error: unknown) => (error as Error).name)).toBe("AlyxError")
  })

  it("keeps no memory from caller to caller where every call has a fresh instance", async () => {
    const functions = openFunctions()
    const built = await buildPlugin(await tempFolder(), define(`return kept.push(ctx.auth.id)`))
    await functions.serve("fresh", built, { isolation: "per_call" })
    await functions.serve("kept", built)

    expect([
      await functions.call("fresh"),
      await functions.call("fresh", "", { caller: callerNamed("grace") }),
    ]).toEqual(["1", "1"])
    expect([await functions.call("kept"), await functions.call("kept")]).toEqual(["1", "2"])
  })

  it("has fresh random numbers in every instance and every call, and a clock that goes", async () => {
    const functions = openFunctions()
    const built = await buildPlugin(
      await tempFolder(),
      define(`return [Math.random(), crypto.randomUUID(), Math.abs(Date.now() - ${Date.now()}) < 3_600_000]`),
    )
    await functions.serve("random", built, { isolation: "per_call" })
    await functions.serve("same", built)

    const names = ["random", "random", "same", "same"]
    const answers = await Promise.all(names.map(async (name) => JSON.parse(await functions.call(name)) as unknown[]))
    expect(new Set(answers.map(([number]) => number)).size).toBe(4)
    expect(new Set(answers.map(([, id]) => id)).size).toBe(4)
    expect(answers.map(([, , isNow]) => isNow)).toEqual([true, true, true, true])
  })
})
