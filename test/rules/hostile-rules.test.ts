import { DatabaseSync } from "node:sqlite"

import { describe, expect, test } from "vitest"

import { calculate } from "../../src/rules/arithmetic.ts"
import { checkRules } from "../../src/rules/check-rules.ts"
import { equals, order, tooMuchWork } from "../../src/rules/compare.ts"
import { rulesOf } from "../../src/rules/compile-rules.ts"
import { RuleFrame, noContext } from "../../src/rules/frame.ts"
import type { CompiledRule } from "../../src/rules/rules.ts"
import { searchedFor } from "../../src/rules/search-text.ts"
import { ruleOperations } from "../../src/schema/schema.ts"
import { scaled, testSeed } from "../helpers/scale.ts"
import { Dice } from "../helpers/dice.ts"
import { randomAuth, randomRow, randomRule } from "./random-rules.ts"
import { authOf, contextOf, plainPost, postsWith, readRule } from "./rule-fixture.ts"
import { threadMs } from "../helpers/thread-time.ts"

function createRule(expression: string): CompiledRule {
  const schema = postsWith("create", expression)
  expect(checkRules(schema).problems).toEqual([])
  return rulesOf(schema).get("posts")!.create!
}

/** How long a call takes. */
function msOf(call: () => unknown): number {
  const start = threadMs()
  call()
  return threadMs() - start
}

/** Texts that make a search that steps back look at most places again and again. */
function periodicTexts(): string[] {
  const parts = Array.from({ length: 20 }, (_, at) => `${"a".repeat(100_000 - at)}b${"a".repeat(100_000 + at)}`)
  return ["a".repeat(400_000), ...parts]
}

/** Texts of one length that differ in their last character only. */
function likeTexts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => "a".repeat(2_000) + String.fromCharCode(0x7a00 - index))
}

function manyKeys(): { a: number[]; b: Record<string, number> } {
  const b = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`k${index}`, index]))
  return { a: Array.from({ length: 5_000 }, (_, index) => index), b }
}

describe("a rule that would take long", () => {
  test("a pattern that explodes in other engines takes the time of its length", () => {
    const rule = createRule("doc.title.matches('^(a+)+$')")
    const title = `${"a".repeat(30_000)}!`

    expect(msOf(() => rule.holds(contextOf(authOf({})), { doc: { ...plainPost, title } }))).toBeLessThan(2_000)
    expect(rule.holds(contextOf(authOf({})), { doc: { ...plainPost, title: "aaa" } })).toBe(true)
    expect(rule.holds(contextOf(authOf({})), { doc: { ...plainPost, title } })).toBe(false)
  })

  test.each([
    "request.body.all(a, request.body.exists(b, a == b))",
    "request.body.all(a, a in request.body)",
    "request.body.exists(a, request.body == [a])",
    "request.body.map(a, request.body) == [request.body]",
    "request.body.all(a, request.body.all(b, request.body[0] + request.body[1] != 'x'))",
  ])("a large body against %s is given up", (expression) => {
    const rule = createRule(expression)
    const body = Array.from({ length: 100_000 }, (_, index) => `${"x".repeat(1000)}${index}`)
    const context = contextOf(authOf({}), body)

    expect(msOf(() => rule.holds(context, { doc: plainPost }))).toBeLessThan(2_000)
    expect(rule.holds(context, { doc: plainPost })).toBe(false)
    expect(rule.explain(context, { doc: plainPost }).value).not.toBe("true")
  })

  test.each([
    ["searched", "request.body.exists(a, request.body.exists(b, a.contains(b) && a != b))", periodicTexts()],
    ["put in order", "request.body.exists(a, request.body.exists(b, a < b && a > b))", likeTexts(1000)],
    ["compared", "request.body.exists(a, request.body.exists(b, a == b && a != b))", likeTexts(1000)],
    ["counted", "request.body.a.exists(a, size(request.body.b) == 1)", manyKeys()],
    ["held against an empty map", "request.body.a.exists(a, {} == request.body.b)", manyKeys()],
  ])("large values that are %s are given up", (_, expression, body) => {
    const rule = createRule(expression)
    const context = contextOf(authOf({}), body)

    expect(msOf(() => rule.holds(context, { doc: plainPost }))).toBeLessThan(1_500)
    expect(rule.holds(context, { doc: plainPost })).toBe(false)
    expect(rule.explain(context, { doc: plainPost }).error).toContain("too large")
  })

  test("bytes that are joined or put in order take work of their length", () => {
    const frame = new RuleFrame(noContext, null)
    const bytes = new Uint8Array(1_000_000)

    expect(calculate("+", bytes, bytes, frame)).toHaveLength(2_000_000)
    expect(order(bytes, bytes, frame)).toBe(0)
    for (let count = 0; count < 20; count += 1) calculate("+", bytes, bytes, frame)
    expect(calculate("+", bytes, bytes, frame)).toBe(tooMuchWork)
    expect(order(bytes, bytes, frame)).toBe(tooMuchWork)
    expect(equals(bytes, new Uint8Array(1_000_000), frame)).toBe(tooMuchWork)
  })

  test("SQL does not search a text for a long one, which would take the product of their lengths", () => {
    const db = new DatabaseSync(":memory:")
    db.exec("CREATE TABLE d (title TEXT, slug TEXT)")
    const insert = db.prepare("INSERT INTO d VALUES (?, ?)")
    insert.run("a".repeat(900_000), `${"a".repeat(200_000)}b`)
    insert.run("about", "bou")
    insert.run(`${"a".repeat(1_000)}b`, `${"a".repeat(1_000)}b`)
    const found = (expression: string, headers: Record<string, string> = {}): unknown[] => {
      const context = contextOf(authOf({}))
      const narrowed = readRule(expression).narrow({ ...context, request: { ...context.request, headers } })
      if (typeof narrowed === "string") return [narrowed]
      return db.prepare(`SELECT slug FROM d WHERE ${narrowed.sql("d")}`).all(...narrowed.values)
    }

    expect(msOf(() => expect(found("doc.title.contains(doc.slug)")).toEqual([{ slug: "bou" }]))).toBeLessThan(1_500)
    expect(found("!doc.title.contains(doc.slug)")).toEqual([])
    expect(found("doc.title.contains(request.headers.part)", { part: "bou" })).toEqual([{ slug: "bou" }])
    expect(found("doc.title.contains(request.headers.part)", { part: "a".repeat(1_001) })).toEqual(["none"])
    db.close()
  })

  test("a part of a text is found wherever it stands", () => {
    const seed = testSeed()
    const random = new Dice(seed)
    const text = (length: number): string =>
      Array.from({ length }, () => random.pick(["a", "a", "a", "b", "\ud83d\ude00"])).join("")
    let found = 0
    for (let index = 0; index < 2_000; index += 1) {
      const whole = text(60 + random.below(60))
      const start = random.below(40)
      const piece = whole.slice(start, start + random.below(50))
      const part = random.next() < 0.5 ? piece : `${piece}b`
      const isFound = searchedFor(whole, part, new RuleFrame(noContext, null))
      expect(isFound, `seed ${seed}: ${part} in ${whole}`).toBe(whole.includes(part))
      if (isFound === true) found += 1
    }
    expect(found).toBeGreaterThan(900)
  })

  test("a body that is nested too deeply refuses, and so does a json column that is none", () => {
    const deep = JSON.parse(`${"[".repeat(50_000)}${"]".repeat(50_000)}`) as unknown
    const equal = createRule("request.body.a == request.body.b")
    const other = JSON.parse(`${"[".repeat(50_000)}${"]".repeat(50_000)}`) as unknown

    expect(equal.holds(contextOf(authOf({}), { a: deep, b: other }), { doc: plainPost })).toBe(false)
    expect(equal.explain(contextOf(authOf({}), { a: deep, b: other }), { doc: plainPost }).error).toBeDefined()
    const tags = createRule("'a' in doc.tags")
    expect(tags.holds(contextOf(authOf({})), { doc: { ...plainPost, tags: "[" } })).toBe(false)
    expect(tags.explain(contextOf(authOf({})), { doc: { ...plainPost, tags: "[" } }).error).toBeDefined()
  })
})

describe("names that JavaScript has on every object", () => {
  test.each(["doc.constructor", "doc.__proto__", "auth.toString", "request.hasOwnProperty"])(
    "%s is no member",
    (name) => {
      expect(checkRules(postsWith("create", `${name} == null`)).problems).toMatchObject([{ code: "RULE_NAME_UNKNOWN" }])
    },
  )

  test.each(["constructor", "__proto__", "toString", "length"])("%s is no key of a body", (key) => {
    const rule = createRule(`has(request.body.${key}) || request.body.${key} != 1 || '${key}' in request.body`)

    expect(rule.holds(contextOf(authOf({}), {}), { doc: plainPost })).toBe(false)
    expect(rule.holds(contextOf(authOf({}), JSON.parse(`{ "${key}": 2 }`)), { doc: plainPost })).toBe(true)
  })
})

test("no text makes a check, a compilation or an evaluation throw", { timeout: 600_000 }, () => {
  const seed = testSeed()
  const random = new Dice(seed)
  const count = scaled(20_000, 1_000)
  let wrong = 0
  for (let index = 0; index < count; index += 1) {
    const expression = hostile(random)
    const operation = random.pick(ruleOperations)
    const schema = postsWith(operation, expression.trim() === "" ? "true" : expression, "    read_in_memory: true\n")
    const problems = checkRules(schema).problems
    wrong += Math.min(1, problems.length)
    const rules = rulesOf(schema).get("posts")!
    const rule = rules[operation]!
    const context = contextOf(randomAuth(random), random.pick<unknown>([null, {}, [], "x", { a: [1, { b: null }] }]))
    const documents = { doc: randomRow(random, "1"), new: randomRow(random, "1") }
    const holds = rule.holds(context, documents)
    const label = `seed ${seed}: ${expression}`
    expect(typeof rule.explain(context, documents).text, label).toBe("string")
    if (operation === "read") expect(rules.read!.narrow(context), label).toBeDefined()
    if (problems.length > 0) expect(holds, label).toBe(false)
    else expect(rule.explain(context, documents).value === "true", label).toBe(holds)
  }
  process.stdout.write(`seed ${seed}: ${count} texts, ${wrong} refused\n`)
})

const words = [
  "auth",
  "doc",
  "new",
  "old",
  "request",
  ".id",
  ".title",
  ".tags",
  ".meta",
  ".body",
  "[0]",
  "['a']",
  "[",
  "]",
  "(",
  ")",
  "{",
  "}",
  "&&",
  "||",
  "!",
  "==",
  "!=",
  "<",
  ">",
  "in",
  "?",
  ":",
  "+",
  "-",
  "*",
  "/",
  "%",
  ",",
  "null",
  "true",
  "1",
  "-1",
  "1.5",
  "1u",
  "1e309",
  "9223372036854775807",
  "'a'",
  '"',
  "'",
  "'''",
  "b'\\xff'",
  "has(",
  "size(",
  ".exists(x, ",
  ".all(doc, ",
  ".matches('(')",
  ".matches('a+')",
  "timestamp('x')",
  "duration('1h')",
  "cel.bind(a, 1, a)",
  "optional.none()",
  "x",
  "\\",
  "\u0000",
  "\u2028",
  "😀",
  "\ud800",
  "//",
  "\n",
  "int(",
  "dyn(",
  ".?a",
  "google.protobuf.Timestamp{}",
  "`a`",
]

/** Words in any order, and good rules with a piece cut out or put in. */
function hostile(random: Dice): string {
  if (random.next() < 0.5)
    return Array.from({ length: 1 + random.below(12) }, () => random.pick(words)).join(random.pick(["", " "]))
  const rule = randomRule(random, 2)
  const at = random.below(rule.length)
  const cut = random.below(5)
  return rule.slice(0, at) + (random.next() < 0.5 ? random.pick(words) : "") + rule.slice(at + cut)
}
