import { describe, expect, test } from "vitest"

import { limitMemory, pageBytes } from "../../src/functions/wasm-sections.ts"
import { scaled } from "../helpers/scale.ts"
import { snapshotOf, startScript } from "../helpers/script-plugin.ts"

const mebibyte = 1024 * 1024

async function instanceOf(script: string, memoryBytes = 64 * mebibyte) {
  const { wasm } = await snapshotOf(script)
  const instance = await startScript(limitMemory(wasm, memoryBytes))
  const setLimit = instance.exports.alyx_set_memory_limit as (bytes: number) => void
  setLimit(Math.floor(memoryBytes * 0.9))
  return instance
}

describe("a deadline", () => {
  test.each([
    ["a loop", "for (;;);"],
    ["a loop that catches everything", "for (;;) { try { for (;;); } catch {} finally { for (;;); } }"],
    ["promises without end", "await (async () => { for (;;) await null })()"],
    ["a regular expression that explodes", 'return /^(a+)+$/.test("a".repeat(40) + "!")'],
    ["sorting with a comparison without end", "[2, 1].sort(() => { for (;;); })"],
    ["timers without end", "for (;;) await new Promise((resolve) => setTimeout(resolve, 1))"],
  ])("ends %s, and the error says so", async (_name, body) => {
    const instance = await instanceOf(`handler = async () => { ${body} }`)

    instance.setDeadline(150)
    const { error, call } = await instance.call()

    expect(error).toContain("interrupted")
    expect(call.failure).toMatchObject({ message: "The function was interrupted: its time is over." })
  })

  test("that was set anew lets the next call of the instance run", async () => {
    const instance = await instanceOf("handler = (loops) => { while (loops); return 1 }")

    instance.setDeadline(100)
    expect((await instance.call(true)).error).toContain("interrupted")
    instance.setDeadline(10_000)
    expect((await instance.call(false)).output).toBe(1)
  })
})

describe("memory", () => {
  test.each([
    ["arrays", "const all = []; for (;;) all.push(new Array(10_000).fill(1))"],
    ["one buffer", "new ArrayBuffer(1_000_000_000)"],
    ["text", 'let text = "ab"; for (;;) text += text'],
    ["buffers that are kept", "const all = []; for (;;) all.push(new Uint8Array(1_000_000))"],
    ["closures", "const all = []; for (;;) { const inner = [all.length]; all.push(() => inner) }"],
  ])("that runs out for %s is an error that code can catch", async (_name, body) => {
    const instance = await instanceOf(`
      const take = () => { ${body} }
      handler = () => { try { take() } catch (error) { return [error.name, error.message] } }`)

    const { output, error } = await instance.call()

    expect(error).toBeNull()
    expect((output as string[]).join(": ")).toMatch(/out of memory|RangeError|invalid|too long/)
  })

  test("that runs out without being caught fails the call with its error", async () => {
    const instance = await instanceOf(
      "handler = () => { const all = []; for (;;) all.push(new Array(10_000).fill(1)) }",
    )

    const { call, error } = await instance.call()

    expect(error).toContain("out of memory")
    expect(call.failure).toMatchObject({ message: "out of memory" })
  })

  test("never grows beyond the limit", async () => {
    const instance = await instanceOf(
      "handler = () => { const all = []; try { for (;;) all.push(new Uint8Array(100_000).fill(1)) } catch {} return 1 }",
      16 * mebibyte,
    )

    expect((await instance.call()).output).toBe(1)
    expect((instance.exports.memory as WebAssembly.Memory).buffer.byteLength).toBeLessThanOrEqual(16 * mebibyte)
  })

  test("is given back: calls that take much of it can be repeated", async () => {
    const instance = await instanceOf("handler = () => new Uint8Array(20_000_000).fill(7).length")

    for (let count = 0; count < 20; count += 1) expect((await instance.call()).output).toBe(20_000_000)
  })

  test("is not lost call by call, also by those that fail", async () => {
    const instance = await instanceOf(`handler = async (index) => {
      Promise.reject(new Error("nobody listens"))
      queueMicrotask(() => { throw new Error("nor here") })
      const text = new TextDecoder().decode(new TextEncoder().encode("äöü€".repeat(50)))
      crypto.getRandomValues(new Uint8Array(32))
      await null
      if (index % 3 === 0) throw new TypeError(text)
      return text.length
    }`)
    const memory = instance.exports.memory as WebAssembly.Memory
    const callOften = async (count: number): Promise<number> => {
      for (let index = 0; index < count; index += 1) await instance.call(index)
      return memory.buffer.byteLength
    }

    const before = await callOften(500)
    const after = await callOften(scaled(30_000, 1_500))

    // The heap settles within one page.
    expect(after - before).toBeLessThanOrEqual(pageBytes)
  })
})

describe("recursion without end", () => {
  test.each([
    ["a function", "const again = (n) => 1 + again(n + 1); again(0)"],
    ["a method of a class", "class A { again(n) { return 1 + this.again(n + 1) } } new A().again(0)"],
    ["a getter", "const o = { get x() { return this.x } }; o.x"],
    ["a proxy", "const p = new Proxy({}, { get: (target, key, self) => self[key] }); p.x"],
    ["JSON.stringify", "const o = { toJSON: () => JSON.stringify(o) }; JSON.stringify(o)"],
    ["sort", "const again = () => [2, 1].sort(again); again()"],
    ["replace", "const again = () => 'a'.replace(/a/, again); again()"],
    ["Array.from", "const again = () => Array.from([1], again); again()"],
    ["reflection", "const again = (...all) => Reflect.apply(again, null, all); again(1, 2, 3)"],
    ["a spread of a generator", "function* again() { yield* again() } [...again()]"],
    ["a nested pattern", "new RegExp('('.repeat(100_000) + ')'.repeat(100_000))"],
    ["nested JSON", "JSON.parse('['.repeat(1_000_000))"],
    ["nested source", "new Function('return ' + '('.repeat(100_000) + ')'.repeat(100_000))"],
    ["toString", "const o = { toString: () => `${o}` }; String(o)"],
    ["a bound function", "let again = () => 1; for (let i = 0; i < 100_000; i += 1) again = again.bind(null); again()"],
    ["instanceof", "class A { static [Symbol.hasInstance](v) { return v instanceof A } } ({}) instanceof A"],
  ])("by %s is an error that code can catch, and the instance goes on", async (_name, body) => {
    const instance = await instanceOf(`
      const take = () => { ${body} }
      handler = (recurse) => { if (!recurse) return "well"; try { take() } catch (error) { return error.name } }`)

    const { output, error } = await instance.call(true)

    expect(error).toBeNull()
    expect(output).toMatch(/^(RangeError|InternalError|SyntaxError)$/)
    expect((await instance.call(false)).output).toBe("well")
  })
})
