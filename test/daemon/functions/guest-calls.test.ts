import { describe, expect, it } from "vitest"

import type { Invocation } from "../../../src/daemon/functions/invocation.ts"
import { alyxError } from "../../../src/errors.ts"
import { scaled } from "../../helpers/scale.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"
import { callerNamed, openFunctions, untilOneWorker } from "./functions-fixture.ts"
import { buildPlugin } from "./guest-plugins.ts"

const define = (body: string): string =>
  `import { defineFunction, FunctionError } from "@alyx/functions"
   export default defineFunction({ handler: async (input: any, ctx: any) => { ${body} } })`

describe("a function of our compiler", () => {
  it("is called as its caller, and answers", async () => {
    const functions = openFunctions()
    await functions.serve("hello", await buildPlugin(await tempFolder(), define("return { input, who: ctx.auth.id }")))

    expect(JSON.parse(await functions.call("hello", '{"a":1}'))).toEqual({ input: { a: 1 }, who: "ada" })
    expect(functions.warnings).toEqual([])
  })

  it("has several operations under way at a time, and timers beside them", async () => {
    let open = 0
    const { promise: areAllOpen, resolve } = Promise.withResolvers<void>()
    const functions = openFunctions({
      answer: async (_invocation, _operation, body) => {
        if ((open += 1) === 3) resolve()
        await areAllOpen
        return { value: fetched(200), body }
      },
    })
    const built = await buildPlugin(
      await tempFolder(),
      define(`
        const ask = async (word) => (await fetch(ctx.url + "/echo", { method: "POST", body: word })).text()
        const slept = new Promise((resolve) => setTimeout(() => resolve("slept"), 20))
        return Promise.all([ask("a"), ask("b"), ask("c"), slept])`),
    )
    await functions.serve("asks", built)

    expect(JSON.parse(await functions.call("asks"))).toEqual(["a", "b", "c", "slept"])
  })

  it("waits beside others on one thread", async () => {
    let open = 0
    let most = 0
    const { promise: all, resolve } = Promise.withResolvers<void>()
    const functions = openFunctions({
      config: { workers: 1, maxConcurrency: 64 },
      answer: async (_invocation, _operation, body) => {
        most = Math.max(most, (open += 1))
        if (open === 20) resolve()
        await all
        return { value: fetched(200), body }
      },
    })
    await functions.serve("asks", await buildPlugin(await tempFolder(), define(`return (await fetch(ctx.url)).status`)))

    await Promise.all(Array.from({ length: 20 }, () => functions.call("asks")))

    expect(most).toBe(20)
    await untilOneWorker(functions)
    expect(functions.service.stats()).toMatchObject({ running: 0 })
  })

  it("keeps callers apart who are interleaved on one thread: every operation is asked as its own", async () => {
    const rounds = scaled(10_000, 500)
    const functions = openFunctions({
      config: { workers: 1 },
      answer: async (invocation, _operation, body) => {
        // Answers come out of order.
        if (body.length % 2 === 0) await new Promise((resolve) => setImmediate(resolve))
        return {
          value: fetched(200),
          body: Buffer.from(`${invocation.caller.auth.id} ${Buffer.from(body).toString()}`),
        }
      },
    })
    const built = await buildPlugin(
      await tempFolder(),
      define(`
        const ask = async (word) => (await fetch(ctx.url, { method: "POST", body: word })).text()
        const first = await ask(input)
        const [second, third] = await Promise.all([ask(input + "!"), ask(input + "!!")])
        return [ctx.auth.id, first, second, third]`),
    )
    await functions.serve("asks", built)
    const run = async (who: string): Promise<void> => {
      for (let round = 0; round < rounds / 2; round += 1) {
        const word = `${who}-${round}`
        const answer = await functions.call("asks", JSON.stringify(word), { caller: callerNamed(who) })
        expect(JSON.parse(answer)).toEqual([who, `${who} ${word}`, `${who} ${word}!`, `${who} ${word}!!`])
      }
    }

    await Promise.all([run("ada"), run("grace")])

    await untilOneWorker(functions)
    expect(functions.service.stats()).toMatchObject({ running: 0 })
  }, 300_000)

  it("is told of every single problem, as over HTTP", async () => {
    const functions = openFunctions({
      answer: () => {
        const problems = [{ code: "UNKNOWN_FIELD", message: "There is no field vues.", next: "Did you mean views?" }]
        throw alyxError("INVALID_FILTER", {
          message: "The filter is wrong.",
          problems,
          details: { collection: "posts" },
        })
      },
    })
    const caught = define(`try { await ctx.functions.invoke("other") } catch (e) { return e.details }`)
    await functions.serve("asks", await buildPlugin(await tempFolder(), caught))

    expect(JSON.parse(await functions.call("asks"))).toEqual({
      collection: "posts",
      problems: [{ code: "UNKNOWN_FIELD", message: "There is no field vues.", next: "Did you mean views?" }],
    })
  })

  it("is told of errors of the host with code, status and message, and nothing of our bugs", async () => {
    const functions = openFunctions({
      answer: (_invocation, operation) => {
        if (operation.op === "fetch" && operation.url.endsWith("/bug")) throw new Error("secret path /root/x")
        throw alyxError("HOST_NOT_ALLOWED", { message: "The function may not reach b.example." })
      },
    })
    const built = await buildPlugin(
      await tempFolder(),
      define(`try { await fetch(input); return null } catch (e) { return [String(e), e.code ?? e.cause?.code] }`),
    )
    await functions.serve("asks", built)

    expect(await functions.call("asks", '"https://b.example/"')).toContain("may not reach b.example")
    expect(await functions.call("asks", '"https://b.example/bug"')).not.toContain("/root/x")
    expect(functions.warnings).toEqual([expect.stringContaining("secret path")])
  })

  it("fails where it asked for what the host refused, with the causes of its error", async () => {
    const functions = openFunctions({
      dev: true,
      answer: () => {
        throw alyxError("HOST_NOT_ALLOWED", { message: "The function may not reach b.example." })
      },
    })
    const asks = define("\n\nawait fetch('https://b.example/')")
    await functions.serve("asks", await buildPlugin(await tempFolder(), asks))
    const wraps = define(
      "throw new Error('outer', { cause: new AggregateError([new TypeError('one'), 'two'], 'inner') })",
    )
    await functions.serve("wraps", await buildPlugin(await tempFolder(), wraps))

    await expect(functions.call("asks", "null")).rejects.toMatchObject({
      message: "asks threw: TypeError: The function may not reach b.example.",
      at: { line: 4, column: 7 },
    })
    await expect(functions.call("wraps", "null")).rejects.toMatchObject({
      message: "wraps threw: outer\nCaused by: AggregateError: inner\nWith: TypeError: one\nWith: two",
    })
  })

  it("logs stacks with the places in its source", async () => {
    const functions = openFunctions()
    const script = define(
      "\n\nsetTimeout(() => { throw new Error('late') }, 1); await new Promise((r) => setTimeout(r, 5)); return 1",
    )
    await functions.serve("logs", await buildPlugin(await tempFolder(), script))

    await functions.call("logs", "null")

    const [line] = functions.ended[0]!.logs
    expect(line!.message).toMatch(
      /^Uncaught error: Error: late\n    at <anonymous> \(functions\/under-test\.ts:4:\d+\)\n.*\S$/,
    )
  })

  it("throws errors with a code and a status of its own", async () => {
    const functions = openFunctions()
    const built = await buildPlugin(
      await tempFolder(),
      define(`throw new FunctionError("SOLD_OUT", 409, "No tickets are left.")`),
    )
    await functions.serve("buys", built)

    const error: unknown = await functions.call("buys", "null").catch((thrown: unknown) => thrown)

    expect(error).toMatchObject({ answeredCode: "SOLD_OUT", status: 409, message: "No tickets are left." })
  })

  it("is kept in the log when its source map cannot be read", async () => {
    const functions = openFunctions()
    const built = await buildPlugin(await tempFolder(), define(`throw new Error("no such thing")`))
    await functions.serve("broken", { ...built, sourceMap: "{bad json" })

    await expect(functions.call("broken", "null")).rejects.toMatchObject({ code: "FUNCTION_ERROR" })

    expect(functions.ended).toMatchObject([{ status: "failed", error: { message: "no such thing" } }])
  })

  it("hides what else it throws, and keeps it with its place for the log", async () => {
    const functions = openFunctions()
    const built = await buildPlugin(await tempFolder(), define(`\n\n  null.name; return input`))
    await functions.serve("broken", built)

    await expect(functions.call("broken", "null")).rejects.toMatchObject({
      code: "FUNCTION_ERROR",
      message: "The function threw an error.",
    })
    expect(functions.ended[0]?.error).toMatchObject({
      message: expect.stringContaining("TypeError"),
      details: { stack: expect.stringMatching(/under-test\.ts:4:/) },
      problems: [{ at: { file: "functions/under-test.ts", line: 4 } }],
    })
  })

  it("answers before it has ended, and goes on", async () => {
    const told: string[] = []
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>()
    const functions = openFunctions({
      answer: async (_invocation, _operation, body) => {
        await mayEnd
        told.push(Buffer.from(body).toString())
        return { value: fetched(200) }
      },
    })
    const built = await buildPlugin(
      await tempFolder(),
      define(`ctx.waitUntil(fetch(ctx.url, { method: "POST", body: "later" })); return "at once"`),
    )
    await functions.serve("goes-on", built)

    expect(await functions.call("goes-on", "null")).toBe('"at once"')
    expect([told, functions.ended.length]).toEqual([[], 0])
    end()
    await expect.poll(() => functions.ended.length).toBe(1)
    expect(told).toEqual(["later"])
    expect(functions.ended[0]).toMatchObject({ status: "success", output: new TextEncoder().encode('"at once"') })
  })

  it("calls functions that call functions, eight deep and no deeper", async () => {
    const depths: number[] = []
    const functions = openFunctions({
      config: { workers: 1, maxConcurrency: 1, instancesMax: 1 },
      answer: async (invocation, operation, body) => {
        if (operation.op !== "invoke") throw new Error("not asked")
        depths.push(invocation.depth)
        return { body: await nested(invocation, operation.name, body) }
      },
    })
    const nested = async (parent: Invocation, name: string, input: Uint8Array): Promise<Uint8Array> => {
      const { caller } = parent
      const trigger = { type: "function", id: parent.executionId } as const
      return (await functions.service.invoke({ name, input, request: null, caller, trigger, parent })).output
    }
    const built = await buildPlugin(
      await tempFolder(),
      define(
        `try { return 1 + await ctx.functions.invoke("deep", null) } catch (e) { return e.code === "CALL_DEPTH" ? 1 : e.code }`,
      ),
    )
    await functions.serve("deep", built)

    expect(await functions.call("deep", "null")).toBe("8")
    expect(depths).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(functions.service.stats()).toMatchObject({ running: 0, queued: 0 })
  })

  it("does not begin where the host has nothing to begin with, and leaves its place to the next", async () => {
    let isBroken = true
    const functions = openFunctions({
      config: { workers: 1, maxConcurrency: 1, instancesMax: 1 },
      context: () => {
        if (isBroken) throw alyxError("SECRET_NOT_SET")
      },
    })
    await functions.serve("hello", await buildPlugin(await tempFolder(), define("return 1")))

    await expect(functions.call("hello")).rejects.toMatchObject({ code: "SECRET_NOT_SET" })
    isBroken = false

    expect(await functions.call("hello")).toBe("1")
    expect(functions.service.stats()).toMatchObject({ instances: 1, running: 0, queued: 0 })
  })

  it("ends when its caller leaves while it waits", async () => {
    const leaving = new AbortController()
    let aborted = false
    const functions = openFunctions({
      answer: (_invocation, _operation, _body, signal) =>
        new Promise((_resolve, reject) => {
          signal!.addEventListener("abort", () => {
            aborted = true
            reject(new Error("aborted"))
          })
          leaving.abort()
        }),
    })
    await functions.serve("asks", await buildPlugin(await tempFolder(), define(`return (await fetch(ctx.url)).status`)))

    const called = functions.call("asks", "null", { signal: leaving.signal })

    await expect(called).rejects.toMatchObject({ code: "ABORTED" })
    expect(functions.ended).toMatchObject([{ status: "cancelled" }])
    await expect.poll(() => aborted).toBe(true)
  })
})

function fetched(status: number): unknown {
  return { status, headers: [], statusText: "", url: "http://alyx.internal/", redirected: false }
}
