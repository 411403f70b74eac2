import { describe, expect, it } from "vitest"

import { guestLimits } from "../../../src/functions/guest-abi.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"
import { openFunctions } from "./functions-fixture.ts"
import { buildPlugin } from "./guest-plugins.ts"

const define = (body: string): string =>
  `import { defineFunction } from "@alyx/functions"
   export default defineFunction({ handler: async (input: any, ctx: any) => { ${body} } })`

const answered = { value: { status: 200, headers: [], statusText: "", url: "", redirected: false } }

const bodyBytes = 4 * 1024 * 1024

/** Counts what is under way; the first of it are held until so much is. */
function counted(full: number) {
  const counts = { now: 0, most: 0 }
  const { promise: isFull, resolve } = Promise.withResolvers<void>()
  return {
    get most(): number {
      return counts.most
    },
    async during(amount: number): Promise<void> {
      counts.now += amount
      counts.most = Math.max(counts.most, counts.now)
      if (counts.now >= full) resolve()
      await isFull
      counts.now -= amount
    },
  }
}

/** Serves a function, calls it, and returns what it answered. */
async function run(functions: ReturnType<typeof openFunctions>, body: string): Promise<unknown> {
  const memoryBytes = 256 * 1024 * 1024
  await functions.serve("asks", await buildPlugin(await tempFolder(), define(body)), { memoryBytes, privileged: true })
  return JSON.parse(await functions.call("asks"))
}

describe("more operations than may be under way at a time", () => {
  it("wait their turn, in the order in which they were asked", async () => {
    const urls: string[] = []
    const underWay = counted(guestLimits.operationsOpenMax - 1)
    const functions = openFunctions({
      answer: async (_invocation, operation) => {
        urls.push((operation as { url: string }).url.split("/").at(-1)!)
        await underWay.during(1)
        return answered
      },
    })

    const statuses = await run(
      functions,
      `return Promise.all(Array.from({ length: 1000 }, (_, index) => fetch(ctx.url + "/" + index).then((one) => one.status)))`,
    )

    expect(statuses).toEqual(Array.from({ length: 1000 }, () => 200))
    expect(urls).toEqual(Array.from({ length: 1000 }, (_, index) => String(index)))
    expect(underWay.most).toBe(guestLimits.operationsOpenMax - 1)
  })

  it("are at most 32 MB at a time", async () => {
    const underWay = counted(7 * bodyBytes)
    const functions = openFunctions({
      answer: async (_invocation, _operation, body) => {
        await underWay.during(body.length)
        return answered
      },
    })

    const statuses = await run(
      functions,
      `const body = "x".repeat(${bodyBytes})
       return Promise.all(Array.from({ length: 20 }, () => fetch(ctx.url, { method: "POST", body }).then((one) => one.status)))`,
    )

    expect(statuses).toEqual(Array.from({ length: 20 }, () => 200))
    expect(underWay.most).toBe(7 * bodyBytes)
  })

  it("hold no timer up, and one that is given up while it waits is never sent", async () => {
    const urls: string[] = []
    const { promise: never } = Promise.withResolvers<void>()
    const functions = openFunctions({
      answer: async (_invocation, operation) => {
        urls.push((operation as { url: string }).url.split("/").at(-1)!)
        await never
        return answered
      },
    })

    const outcome = await run(
      functions,
      `const all = Array.from({ length: 255 }, (_, index) => fetch(ctx.url + "/" + index))
       const nameOf = (asked) => asked.then(() => "answered", (error) => error.name)
       const late = await nameOf(fetch(ctx.url + "/late", { signal: AbortSignal.timeout(20) }))
       const early = await Promise.race([Promise.all(all), new Promise((resolve) => setTimeout(() => resolve("timer"), 20))])
       const controller = new AbortController()
       const waits = nameOf(fetch(ctx.url + "/given-up", { signal: controller.signal }))
       controller.abort()
       return [late, early, await waits]`,
    )

    expect(outcome).toEqual(["TimeoutError", "timer", "AbortError"])
    expect(urls).toEqual(Array.from({ length: guestLimits.operationsOpenMax - 1 }, (_, index) => String(index)))
  })

  it("stay in order with a transaction that was begun after them", async () => {
    const asked: string[] = []
    const functions = openFunctions({
      answer: async (_invocation, operation) => {
        const { op, mode, step } = operation as { op: string; mode?: string; step?: string }
        asked.push(op === "transaction" ? step! : mode!)
        await new Promise((resolve) => setImmediate(resolve))
        return { value: {} }
      },
    })

    await run(
      functions,
      `const before = Array.from({ length: 400 }, () => ctx.db.exec("UPDATE posts SET views = 1"))
       await ctx.db.transaction((tx) => Promise.all(Array.from({ length: 300 }, () => tx.query("SELECT 1"))))
       return (await Promise.all(before)).length`,
    )

    const before = Array.from({ length: 400 }, () => "exec")
    expect(asked).toEqual([...before, "begin", ...Array.from({ length: 300 }, () => "query"), "commit"])
  })

  it("take the places of those that were given up only when the host has done with them", async () => {
    const asked: string[] = []
    const functions = openFunctions({
      answer: async (_invocation, operation, _body, signal) => {
        asked.push(operation.op)
        if (operation.op === "fetch") {
          await new Promise((resolve) => signal!.addEventListener("abort", resolve))
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
        return answered
      },
    })

    const outcome = await run(
      functions,
      `const controller = new AbortController()
       const { signal } = controller
       const given = Array.from({ length: 400 }, () => fetch(ctx.url, { signal }).catch((error) => error.name))
       await new Promise((resolve) => setTimeout(resolve, 20))
       controller.abort()
       const names = new Set(await Promise.all(given))
       const after = Array.from({ length: 400 }, () => ctx.db.query("SELECT 1").then(() => "answered", (error) => error.code))
       return [...names, ...new Set(await Promise.all(after))]`,
    )

    expect(outcome).toEqual(["AbortError", "answered"])
    expect(asked.filter((op) => op === "fetch")).toHaveLength(guestLimits.operationsOpenMax - 1)
    expect(asked.filter((op) => op === "sql")).toHaveLength(400)
  })

  it("end the call where it asks on and on, and never waits", async () => {
    let asked = 0
    const functions = openFunctions({
      answer: () => {
        asked += 1
        return answered
      },
    })

    const called = run(functions, `for (;;) ctx.functions.invoke("other").catch(() => undefined)`)

    await expect(called).rejects.toMatchObject({ code: "HOST_CALLS_EXCEEDED", status: 429 })
    expect(asked).toBeLessThanOrEqual(guestLimits.operationsOpenMax)
  })

  it("are refused one by one where there are more than a call may ask for, and the others are answered", async () => {
    const functions = openFunctions({ answer: () => answered })

    const outcome = await run(
      functions,
      `const ask = () => ctx.functions.invoke("other").then(() => "answered", (error) => error.code)
       const told = await Promise.all(Array.from({ length: 11_000 }, ask))
       return [told.lastIndexOf("answered"), told.indexOf("HOST_CALLS_EXCEEDED"), told.length]`,
    )

    expect(outcome).toEqual([guestLimits.operationsMax - 1, guestLimits.operationsMax, 11_000])
  })
})
