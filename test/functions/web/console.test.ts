import { format } from "node:util"

import { describe, expect, test } from "vitest"

import { runInGuest, runInNode, snippetLines } from "./web-snippets.ts"

describe("console in functions", () => {
  test("values are written as Node writes them", async () => {
    const lines = snippetLines(values)
    const snippets = lines.map((line) => `console.log(${line}); return 1`)

    const { shown, logs } = await runInGuest(snippets)

    expect(shown.filter((line) => !line.endsWith("1"))).toEqual([])
    expect(logs.map(({ message }) => message)).toEqual(await inNode(lines))
  })

  test("levels, groups, counts and tables are lines of the log", async () => {
    const { logs } = await runInGuest([
      `console.debug("d"); console.info("i"); console.warn("w"); console.error("e"); return 1`,
      `console.group("g"); console.log("in\\nside"); console.groupEnd(); console.log("out"); return 1`,
      `console.count(); console.count(); console.countReset(); console.count("x"); return 1`,
      `console.assert(1 === 1, "no"); console.assert(false, "what %s", "now"); return 1`,
      `console.table([{ a: 1, b: "x" }, { a: 2, c: true }]); console.table([[1, 2], [3, 4]]); console.table("plain"); return 1`,
      `console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 }); return 1`,
    ])

    expect(logs.map(({ level, message }) => `${level} ${message}`)).toEqual([
      "debug d",
      "info i",
      "warn w",
      "error e",
      "info g",
      "info   in\n  side",
      "info out",
      "info default: 1",
      "info default: 2",
      "info x: 1",
      "error Assertion failed: what now",
      `info ${table}`,
      `info ${tuples}`,
      "info plain",
      "info { a: [Object] }",
    ])
  })

  test("an error has its name, its message and where it comes from, with what caused it", async () => {
    const { logs } = await runInGuest([
      `function inner() { return new TypeError("not so", { cause: new Error("deeper") }) }; console.error("failed:", inner()); return 1`,
      `console.log(Object.assign(new RangeError("far"), { code: "FAR" })); return 1`,
      `console.log(new AggregateError([new Error("one")], "many")); return 1`,
      `const e = new Error("bare"); e.stack = ""; console.log({ e }); return 1`,
    ])

    expect(logs[0]?.message).toMatch(/^failed: TypeError: not so\n {4}at inner .*\n[^]*\[cause\]: Error: deeper\n/)
    expect(logs[1]?.message).toMatch(/^RangeError: far\n[^]*code: 'FAR'/)
    expect(logs[2]?.message).toMatch(/^AggregateError: many\n[^]*\[errors\]: \[\n {4}Error: one\n/)
    expect(logs[3]?.message).toBe("{ e: [Error: bare] }")
  })

  test("a value without end is cut, and a proxy that throws does no harm", async () => {
    const { shown, logs } = await runInGuest([
      `const big = Array.from({ length: 90 }, (_, i) => Array.from({ length: 90 }, (_, j) => "x".repeat(200) + i + j)); console.log(big); return 1`,
      `console.log("y".repeat(1000000).length); return 1`,
      `console.log(new Proxy({}, { ownKeys() { throw new Error("trap") } })); return 1`,
      `let deep = {}; for (let i = 0; i < 100000; i++) deep = { deep }; console.dir(deep, { depth: null }); return 1`,
      `console.time("t"); console.timeEnd("t"); console.timeEnd("never"); return 1`,
    ])

    expect(shown.filter((line) => !line.endsWith("→  1"))).toEqual([])
    expect(logs[0]?.message.length).toBeLessThan(200_000)
    expect(logs[1]?.message).toBe("1000000")
    expect(logs[2]?.message).toBe("[a value that cannot be shown: trap]")
    expect(logs[3]?.message).toMatch(/^(\{|\[a value that cannot be shown)/)
    expect(logs[4]?.message).toMatch(/^t: \d+\.\d{3}ms$/)
    expect(logs[5]).toMatchObject({ level: "warn" })
  })
})

/** What Node's console would write. */
async function inNode(lines: readonly string[]): Promise<string[]> {
  const messages: string[] = []
  const console = { log: (...given: unknown[]) => messages.push(format(...given)) }
  const shown = await runInNode({ snippets: lines.map((line) => `console.log(${line}); return 1`), scope: { console } })
  expect(shown.filter((line) => !line.endsWith("1"))).toEqual([])
  return messages
}

const values = String.raw`
"plain", 1, -0, NaN, 10n, true, null, undefined, Symbol("s")
{}
[]
{ a: 1, "b-c": "it's", [Symbol("k")]: 2, 3: 4, $d: 5 }
["a\nb", 'it\'s "so"', "tick\u0060", "\u0001\u007f", "\ud800"]
{ a: { b: { c: { d: 1 } } }, l: [[[[1]]]] }
{ a: { b: { c: {} } } }
[1, , 3, , , 6]
Array.from({ length: 120 }, (_, i) => i)
Array.from({ length: 30 }, (_, i) => "item" + i)
Array.from({ length: 7 }, (_, i) => ({ i }))
[1.5, 2, 3, 4, 5, 6, 1000, 8]
["a", "bb", "ccc", "dddd", "eeeee", "ffffff", "ggggggg"]
Array.from({ length: 101 }, (_, i) => i % 10)
{ long: "x".repeat(30), longer: "y".repeat(30), longest: "z".repeat(30) }
{ text: "first line\nsecond line that is somewhat longer\nthird line, the end of this text" }
new Map([["a", 1], [{ k: 2 }, [3]]])
new Set([1, "a", { b: 1 }])
new Map()
new Set()
{ m: new Map([["x", new Map([["y", new Map([["z", 1]])]])]]) }
new Map(Array.from({ length: 105 }, (_, i) => [i, i]))
new Uint8Array([1, 2, 3])
new Float64Array(3)
new Uint8Array(200)
new ArrayBuffer(4)
new DataView(new ArrayBuffer(2))
new Date(0)
new Date(NaN)
/a+/gi
Object.assign(/x/, { y: 1 })
function named() {}
() => 1
async function later() {}
function* gen() {}
class A {}
class B extends Map {}
class {}
Object.assign(function f() {}, { a: 1 })
new (class Point { x = 1; y = 2 })()
new (class Empty {})()
new (class Deep { a = { b: { c: { d: 1 } } } })()
Object.create(null)
Object.assign(Object.create(null), { a: 1 })
Object.create({})
new (class List extends Array {})(3)
new (class Dict extends Map {})([[1, 2]])
{ get a() { return 1 } }
{ set a(v) {} }
{ get a() { return 1 }, set a(v) {} }
{ f() {}, g: () => 1, h: class X {} }
{ [Symbol.toStringTag]: "Tagged" }
new (class Foo { get [Symbol.toStringTag]() { return "bar" } })()
[Object(1), Object("s"), Object(true), Object(1n), Object(Symbol("q"))]
new WeakMap()
new WeakSet()
[undefined, null]
{ u: undefined, n: null }
"%s is %d years and %i, %f", "Bob", 42.5, 42.5, "1.5", "extra", { a: 1 }
"%j %o", { a: [1] }, 5
"%O", { a: { b: { c: { d: {} } } } }
"%%", 1
"100%", 5
"%s", null, undefined
"%s", { a: { b: 1 } }
"%s", [1, [2, [3]]]
"%s", () => 1
"%s", Symbol("x")
"%s", -0
"%d", "x"
"%d", 5n
"%i", "12.9px"
"%c styled", "color: red"
"%x", 1
"%s"
{ toString() { return "own" } }
"%s", { toString() { return "own" } }
"%s", new (class Q { toString() { return "q" } })()
"%s", new Date(0)
{ a: [{ b: { c: 1 } }] }
{ arr: [[1, 2, [3, 4, [5, [6]]], { a: { b: { c: {} } } }], 7] }
{ a: "x".repeat(100) }
["x".repeat(80), "y"]
{ "__proto__x": 1, ["__proto__"]: 2 }
{ [Symbol.for("nodejs.util.inspect.custom")]() { return "custom!" } }
{ a: { [Symbol.for("nodejs.util.inspect.custom")]: () => ({ shown: 1 }) } }
(() => { const a = { n: 1 }; a.self = a; a.list = [a, { a }]; return a })()
(() => { const a = {}; const b = { a }; a.b = b; return [a, b] })()
(() => { const m = new Map(); m.set("me", m); return m })()
[[[[[]]]]]
{ a: 1, b: { c: 2 }, d: [1, 2, 3], e: "hello", f: null, g: true, h: undefined, i: 12345678 }
{ users: [{ id: 1, name: "Ada", tags: ["x", "y"] }, { id: 2, name: "Grace", tags: [] }], total: 2 }
[{ id: 1, title: "A rather long title for a document", published: true, views: 123 }, { id: 2, title: "Another", published: false, views: 0 }]
new URLSearchParams("a=1")
`

const table = [
  "┌─────────┬───┬─────┬──────┐",
  "│ (index) │ a │ b   │ c    │",
  "├─────────┼───┼─────┼──────┤",
  "│ 0       │ 1 │ 'x' │      │",
  "│ 1       │ 2 │     │ true │",
  "└─────────┴───┴─────┴──────┘",
].join("\n")

const tuples = [
  "┌─────────┬───┬───┐",
  "│ (index) │ 0 │ 1 │",
  "├─────────┼───┼───┤",
  "│ 0       │ 1 │ 2 │",
  "│ 1       │ 3 │ 4 │",
  "└─────────┴───┴───┘",
].join("\n")
