import { describe, expect, it } from "vitest"

import type { BuiltFunction } from "../../../src/functions/built-function.ts"
import { foreignPlugin } from "../../helpers/assemblyscript-plugin.ts"
import { scaled } from "../../helpers/scale.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"
import { openFunctions, untilOneWorker } from "./functions-fixture.ts"
import type { FunctionsFixture } from "./functions-fixture.ts"
import { buildPlugin } from "./guest-plugins.ts"

const define = (body: string): string =>
  `import { defineFunction } from "@alyx/functions"
   export default defineFunction({ handler: async (input: any, ctx: any) => { ${body} } })`

const answered = { value: { status: 200, headers: [], statusText: "", url: "", redirected: false } }

describe("instances", () => {
  it("are made at the first call, and one stays", async () => {
    const functions = openFunctions({ config: { idleTimeoutMs: 1 } })
    await functions.serve("a", await buildPlugin(await tempFolder(), define(`return (await fetch(ctx.url)).status`)))
    expect(functions.service.stats()).toMatchObject({ workers: 0, instances: 0 })

    await Promise.all([functions.call("a"), functions.call("a"), functions.call("a")])

    await expect.poll(() => functions.service.stats().instances, { timeout: 10_000 }).toBe(1)
    expect(functions.service.stats().workers).toBe(1)
  })

  it("are made before the first call where the manifest says min_warm", async () => {
    const functions = openFunctions()
    await functions.serve("a", await foreignPlugin("abilities"), { minWarm: 1 })

    expect(functions.service.stats()).toMatchObject({ workers: 1, instances: 1 })
    expect(await functions.call("a", "warm")).toBe("WARM")
    expect(functions.service.stats().instances).toBe(1)
  })

  it("all go where the manifest says min_warm 0, and threads of other tools' plug-ins with them", async () => {
    const functions = openFunctions()
    await functions.serve("a", await foreignPlugin("abilities"), { minWarm: 0, idleTimeoutMs: 1 })

    await functions.call("a", "x")

    await expect.poll(() => functions.service.stats(), { timeout: 10_000 }).toMatchObject({ workers: 0, instances: 0 })
    expect(await functions.call("a", "again")).toBe("AGAIN")
  })

  it.each([
    ["a timer", `await new Promise((resolve) => setTimeout(resolve, 25_000))`],
    ["the host", `await fetch(ctx.url)`],
  ])("are as many as calls where those wait for %s", async (_, wait) => {
    const functions = openFunctions({ config: { maxConcurrency: 40 }, answer: () => new Promise(() => undefined) })
    await functions.serve("a", await buildPlugin(await tempFolder(), define(wait)))
    const leaving = new AbortController()

    const calls = Array.from({ length: 40 }, () => functions.call("a", "{}", { signal: leaving.signal }))

    await expect.poll(() => functions.service.stats(), { timeout: 20_000 }).toMatchObject({ running: 40, queued: 0 })
    leaving.abort()
    const settled = await Promise.allSettled(calls)
    expect(settled.map(({ status }) => status)).toEqual(calls.map(() => "rejected"))
  })

  it("make room for others, the one idle longest first", async () => {
    const functions = openFunctions({ config: { instancesMax: 2 } })
    const built = await foreignPlugin("abilities")
    for (const name of ["a", "b", "c"]) await functions.serve(name, built, { entry: "remember" })

    await functions.call("a", "1")
    await functions.call("b", "1")
    await functions.call("a", "2")
    await functions.call("c", "1")

    expect(functions.service.stats().instances).toBe(2)
    expect(await functions.call("a", "3")).toBe("123")
    expect(await functions.call("b", "2")).toBe("2")
  })
})

describe("the instances beyond the limit, for calls that others wait for,", () => {
  it.each([["instances"], ["threads"]])("are not taken by those: %s", async (kind) => {
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>()
    let held = 0
    const functions: FunctionsFixture = openFunctions({
      config: { workers: 2, instancesMax: kind === "threads" ? 64 : 2 },
      answer: async (invocation, operation) => {
        if (operation.op !== "invoke") return answered
        held += 1
        await mayEnd
        return { value: { head: null }, body: (await functions.invoke("inner", "1", { parent: invocation })).output }
      },
    })
    const isOwn = kind !== "threads"
    const folder = await tempFolder()
    const outer = await buildPlugin(folder, define(`return ctx.functions.invoke("inner", 1)`))
    const inner = await buildPlugin(folder, define(`return "inner"`))
    await functions.serve("outer", { ...outer, isOwn })
    await functions.serve("inner", { ...inner, isOwn })

    const first = Array.from({ length: 2 }, () => functions.call("outer"))
    await expect.poll(() => held, { timeout: 10_000 }).toBe(2)
    end()
    await Promise.all(first)
    const calls = Array.from({ length: 6 }, () => functions.call("outer"))

    expect(await Promise.all(calls)).toEqual(Array.from({ length: 6 }, () => '"inner"'))
  })
})

describe("a swap", () => {
  it("lets calls under way finish on the old code, and gives the next ones the new", async () => {
    const folder = await tempFolder()
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>()
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>()
    const functions = openFunctions({
      answer: async () => {
        isAsked()
        await mayEnd
        return answered
      },
    })
    await functions.serve("a", await buildPlugin(folder, define(`await fetch(ctx.url); return "old"`)))
    const old = functions.call("a")
    await asked

    await functions.serve("a", await buildPlugin(folder, define(`return "new"`)))

    expect(await functions.call("a")).toBe('"new"')
    end()
    expect(await old).toBe('"old"')
    await expect.poll(() => functions.service.stats().instances).toBe(1)
  })

  it("frees what the old one began with, and nothing of others that were made of the same bytes", async () => {
    const built = await buildPlugin(await tempFolder(), define(`return input.text`))
    const functions = openFunctions()
    for (const name of ["a", "b"]) await functions.serve(name, built)
    expect(await functions.call("a", '{"text":"first"}')).toBe('"first"')

    await functions.serve("a", built, { timeoutMs: 20_000 })
    functions.registry.remove("a")
    await functions.serve("c", built, { isolation: "per_call" })

    for (const name of ["b", "c", "c"]) expect(await functions.call(name, '{"text":"later"}')).toBe('"later"')
  })

  it("happens while it is called, again and again, and nothing is left of the old ones", async () => {
    const swaps = scaled(2_000, 100)
    const folder = await tempFolder()
    const one = await buildPlugin(`${folder}/one`, define(`return "one"`))
    const two = await buildPlugin(`${folder}/two`, define(`return "two"`))
    const functions = openFunctions({ config: { workers: 1 } })
    await functions.serve("a", one)
    const swapping = new AbortController()
    const answers = new Set<string>()
    let early = 0
    const caller = async (): Promise<void> => {
      while (!swapping.signal.aborted) answers.add(await functions.call("a"))
    }
    const callers = [caller(), caller()]

    for (let swap = 1; swap <= swaps; swap += 1) {
      await functions.serve("a", swap % 2 === 0 ? one : two)
      if (swap % 5 === 0) answers.add(await functions.call("a"))
      if (swap === swaps / 10) early = process.memoryUsage().rss
    }
    swapping.abort()
    await Promise.all(callers)

    expect([...answers].toSorted()).toEqual(['"one"', '"two"'])
    await untilOneWorker(functions)
    expect(functions.service.stats()).toMatchObject({ running: 0, queued: 0 })
    expect(functions.service.stats().instances).toBeLessThanOrEqual(3)
    expect(functions.warnings).toEqual([])
    // Few swaps say nothing about memory: the first ones fill caches.
    if (swaps >= 2_000) expect(process.memoryUsage().rss).toBeLessThan(early * 1.1)
  }, 600_000)

  it("that was overtaken by a newer one, or by the end of the function, serves nothing", async () => {
    const functions = openFunctions()
    const [upper, config] = [await foreignPlugin("abilities"), await foreignPlugin("abilities")]

    await Promise.all([functions.serve("a", upper, { entry: "config" }), functions.serve("a", config)])
    expect(await functions.call("a", "x")).toBe("X")

    const late = functions.serve("a", upper)
    functions.registry.remove("a")
    await late
    await expect(functions.call("a")).rejects.toMatchObject({ code: "FUNCTION_NOT_FOUND", status: 404 })
  })
})

describe("a thread that has to be ended", () => {
  it("costs its other calls a word that they may be tried again, and nobody else", async () => {
    const folder = await tempFolder()
    const functions = openFunctions({ config: { workers: 1 }, answer: () => new Promise(() => undefined) })
    await functions.serve("waits", await buildPlugin(folder, define(`await fetch(ctx.url)`)))
    await functions.serve("spins", withoutYielding(await foreignPlugin("abilities")), {
      entry: "spins",
      timeoutMs: 50,
    })
    const waiting = functions.call("waits")

    await expect(functions.call("spins")).rejects.toMatchObject({ code: "FUNCTION_TIMEOUT" })

    await expect(waiting).rejects.toMatchObject({ code: "WORKER_RESTARTED", status: 503, retryAfterSeconds: 1 })
    expect(functions.ended.map(({ status }) => status).toSorted()).toEqual(["failed", "timed_out"])
    await functions.serve("good", await buildPlugin(folder, define(`return "good"`)))
    expect(await functions.call("good")).toBe('"good"')
    expect(functions.service.stats()).toMatchObject({ workers: 1, instances: 1, running: 0 })
  })

  it("ends nothing of a call that waits beside one whose time is not over", async () => {
    const folder = await tempFolder()
    const functions = openFunctions({ config: { workers: 1 }, answer: () => new Promise(() => undefined) })
    await functions.serve("waits", await buildPlugin(folder, define(`await fetch(ctx.url)`)), { timeoutMs: 100 })
    await functions.serve(
      "works",
      await buildPlugin(`${folder}/b`, define(`const end = Date.now() + 900; while (Date.now() < end); return "done"`)),
    )

    const [waited, worked] = await Promise.allSettled([functions.call("waits"), functions.call("works")])

    expect(waited).toMatchObject({ reason: { code: "FUNCTION_TIMEOUT" } })
    expect(worked).toMatchObject({ value: '"done"' })
  })

  it("is ended with the functions: calls that run are told, and none begins", async () => {
    const functions = openFunctions({ answer: () => new Promise(() => undefined) })
    await functions.serve("waits", await buildPlugin(await tempFolder(), define(`await fetch(ctx.url)`)))
    const waiting = functions.call("waits").catch((error: unknown) => error)
    await expect.poll(() => functions.service.stats().running).toBe(1)

    await functions.stop(10)

    expect(await waiting).toMatchObject({ code: "SHUTTING_DOWN" })
    await expect(functions.call("waits")).rejects.toMatchObject({ code: "SHUTTING_DOWN" })
    expect(functions.service.stats()).toMatchObject({ workers: 0, instances: 0, running: 0 })
  })
})

/** What says that an interrupt ends it, and does not heed it. */
function withoutYielding(built: BuiltFunction): BuiltFunction {
  return {
    ...built,
    isOwn: true,
    description: { abi: 1, engine: "alyx", style: "plugin", exports: ["spins"], input: null, output: null },
  }
}
