import { describe, expect, test } from "vitest"

import { endEarliestSleep, snapshotOf, startScript } from "../helpers/script-plugin.ts"
import type { CallRecord } from "../helpers/script-plugin.ts"

async function instanceOf(script: string) {
  const { wasm } = await snapshotOf(script)
  return startScript(wasm)
}

const sleeps = "const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));"

describe("the event loop of a function", () => {
  test("three sleeps at a time take as long as one", async () => {
    const instance = await instanceOf(
      `${sleeps} handler = async () => { await Promise.all([sleep(20), sleep(20), sleep(20)]); return "done" }`,
    )

    const { output, call } = await instance.call()

    expect(output).toBe("done")
    // Those that were begun a millisecond later are waited for a millisecond more.
    const slept = call.operations.flatMap((operation) => (operation.op === "sleep" ? [operation.ms] : []))
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(40)
    expect(call.waits).toBe(slept.length)
  })

  test("timers run in the order in which they are due, promises of one before the next", async () => {
    const instance = await instanceOf(`handler = async () => {
      const seen = []
      setTimeout(() => seen.push("second"), 12)
      setTimeout(() => { seen.push("first"); Promise.resolve().then(() => seen.push("promise")) }, 3)
      const never = setTimeout(() => seen.push("never"), 5)
      clearTimeout(never)
      queueMicrotask(() => seen.push("microtask"))
      setImmediate((word) => seen.push(word), "immediate")
      await new Promise((resolve) => setTimeout(resolve, 20))
      return seen
    }`)

    const { output } = await instance.call()

    expect(output).toEqual(["microtask", "immediate", "first", "promise", "second"])
  })

  test("an interval goes on until it is cleared", async () => {
    const instance = await instanceOf(`handler = () => new Promise((resolve) => {
      let count = 0
      const interval = setInterval(() => { count += 1; if (count === 4) { clearInterval(interval); resolve(count) } }, 2)
    })`)

    expect((await instance.call()).output).toBe(4)
  })

  test("operations that end in another order than they began reach the right promises", async () => {
    const instance = await instanceOf(`${readsOf} handler = () => Promise.all([read("a"), read("b"), read("c")])`)

    const { output, call } = await instance.call(null, (record) => {
      for (const operation of reads(record).toReversed()) record.end(operation.id, `${String(operation.key)}!`)
    })

    expect(output).toEqual(["a!", "b!", "c!"])
    expect(call.waits).toBe(1)
  })

  test("a sleep that ends first wakes the handler while another operation is under way", async () => {
    const instance = await instanceOf(
      `${sleeps} ${readsOf} handler = async () => {
        const reading = read("slow")
        await sleep(200)
        return ["slept", await reading]
      }`,
    )
    const woken: string[] = []

    const { output } = await instance.call(null, (record) => {
      woken.push(record.operations.map(({ op }) => op).join(" "))
      if (woken.length === 1) endEarliestSleep(record)
      else for (const operation of reads(record)) record.end(operation.id, "read")
    })

    expect(output).toEqual(["slept", "read"])
    expect(woken).toEqual(["db sleep", "db sleep"])
  })

  test("a handler whose promise never settles fails, and says why", async () => {
    const instance = await instanceOf("handler = () => new Promise(() => {})")

    const { error, call } = await instance.call()

    expect(error).toContain("The handler's promise never settles: nothing is under way.")
    expect(call.failure).toMatchObject({ name: "Error", code: null })
    expect(call.waits).toBe(0)
  })

  test("what a call leaves behind does not reach the next one", async () => {
    const instance = await instanceOf(`let seen = []; handler = async (wait) => {
      setTimeout(() => seen.push("late"), 1)
      if (wait) await new Promise((resolve) => setTimeout(resolve, 10))
      return seen
    }`)

    expect((await instance.call(false)).output).toEqual([])
    expect((await instance.call(true)).output).toEqual(["late"])
  })

  test("errors that nobody takes are logged, and the call goes on", async () => {
    const instance = await instanceOf(`handler = async () => {
      Promise.reject(new TypeError("nobody listens"))
      queueMicrotask(() => { throw new Error("in a microtask") })
      setTimeout(() => { throw new Error("in a timer") }, 1)
      const late = Promise.reject(new Error("taken later"))
      late.catch(() => {})
      await new Promise((resolve) => setTimeout(resolve, 5))
      return "done"
    }`)

    const { output, call } = await instance.call()

    expect(output).toBe("done")
    expect(call.logs.map(({ level, message }) => `${level} ${message.split("\n")[0]}`)).toEqual([
      "error Unhandled rejection: TypeError: nobody listens",
      "error Uncaught error: Error: in a microtask",
      "error Uncaught error: Error: in a timer",
    ])
  })

  test("waitUntil keeps the call going after the answer", async () => {
    const instance = await instanceOf(`${sleeps} handler = (input, ctx) => {
      ctx.waitUntil(sleep(2).then(() => console.log("after")))
      return "answered"
    }`)

    const { output, call } = await instance.call()

    expect(output).toBe("answered")
    expect(call.operations.find(({ op }) => op === "answer")).toBeDefined()
    expect(call.logs.map(({ message }) => message)).toEqual(["after"])
  })

  test("an error of the host is thrown where it was asked for, with its code", async () => {
    const instance = await instanceOf(`${readsOf} handler = async () => {
      try { await read("x") } catch (error) { return [error.code, error.status, error.message, error.details] }
    }`)

    const { output } = await instance.call(null, (record) => {
      const [read] = reads(record)
      const error = { name: "AlyxError", code: "FORBIDDEN", message: "You may not.", status: 403, details: { rule: 1 } }
      record.refuse(read!.id, error)
    })

    expect(output).toEqual(["FORBIDDEN", 403, "You may not.", { rule: 1 }])
  })
})

const readsOf = "const read = (key) => ctx.db.posts.get(key);"

function reads(call: CallRecord): { id: number; key: unknown }[] {
  return call.operations.flatMap((operation) =>
    operation.op === "db" && operation.action === "get" ? [{ id: operation.id, key: operation.key }] : [],
  )
}
