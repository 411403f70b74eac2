import { DatabaseSync } from "node:sqlite"

import { expect, test } from "vitest"

import type { CompiledReadRule, RuleContext, StoredRow } from "../../src/rules/rules.ts"
import { scaled, testSeed } from "../helpers/scale.ts"
import { Dice } from "../helpers/dice.ts"
import { jsons, randomAuth, randomRow, randomRule } from "./random-rules.ts"
import { authOf, contextOf, readRule } from "./rule-fixture.ts"
import { threadMs } from "../helpers/thread-time.ts"

const rowCount = 200
const contextCount = 5

test("the SQL of a rule finds the rows that the rule lets pass, and no others", { timeout: 900_000 }, () => {
  const seed = testSeed()
  const random = new Dice(seed)
  const wanted = scaled(1_000_000, 20_000)
  const totals = { comparisons: 0, rules: 0, refused: 0, withoutSql: 0, all: 0, none: 0, conditions: 0 }
  const rows = Array.from({ length: rowCount }, (_, index) => randomRow(random, String(index)))
  using database = openRows(rows)

  while (totals.comparisons < wanted) {
    const expression = randomRule(random, random.below(4))
    const rule = readRule(expression)
    if (rule.constant === false && rule.mentions.doc.length + rule.mentions.auth.length === 0) totals.refused += 1
    else if (!rule.isSql) totals.withoutSql += 1
    else {
      totals.rules += 1
      for (let count = 0; count < contextCount; count += 1) {
        const context = contextOf(randomAuth(random))
        const narrowed = rule.narrow(context)
        totals[typeof narrowed === "string" ? narrowed : "conditions"] += 1
        const label = `seed ${seed}: ${expression} for ${JSON.stringify(context.auth)}`
        expect(passing(database, rule, context), label).toEqual(holding(rows, rule, context))
        totals.comparisons += rowCount
      }
    }
  }

  process.stdout.write(`seed ${seed}: ${JSON.stringify(totals)}\n`)
  expect(totals.conditions).toBeGreaterThan(totals.rules)
})

test.each([
  "doc.meta == auth.metadata.plan",
  "doc.meta != auth.metadata.plan",
  "doc.meta.plan != auth.metadata.plan",
  "doc.meta in [auth.metadata.plan, {1: 1}]",
  "doc.slug in {'a b': 1, 'u1': 2}",
  "auth.metadata.plan in doc.tags",
  "!(auth.metadata.plan in doc.meta)",
  "!({1: 1} in doc.tags)",
  "!({1: 1} in doc.meta.plan)",
  "doc.meta.plan != {1: 1}",
  "doc.meta.exists(x, x != {1: 2})",
  "doc.tags.all(x, x != {'a b': 1})",
  "doc.tags.exists(x, x == auth.metadata.plan)",
])("%s means the same in SQL, whatever the keys of json are", (expression) => {
  const metas = [null, ...jsons].map((json) => (json === null ? null : JSON.stringify(json)))
  const rows = metas.map((meta, index) => {
    const tags = JSON.stringify([jsons[index % jsons.length], ...(index % 2 === 0 ? [] : ["a"])])
    return { ...randomRow(new Dice(index), String(index)), meta, tags }
  })
  using database = openRows(rows)
  const rule = readRule(expression)

  expect(rule.isSql).toBe(true)
  for (const plan of jsons) {
    const context = contextOf(authOf({ id: "u1", metadata: { plan } }))
    expect(passing(database, rule, context), JSON.stringify(plan)).toEqual(holding(rows, rule, context))
  }
})

test("a long list takes the time of its length", () => {
  const rule = readRule("doc.tags.exists(tag, tag.id == auth.id || auth.id in tag.others) || 'x' in doc.tags")
  const tags = JSON.stringify(Array.from({ length: 50_000 }, (_, id) => ({ id: String(id), others: ["a", "b"] })))
  using database = openRows([{ ...randomRow(new Dice(1), "0"), tags }])
  const start = threadMs()

  expect(passing(database, rule, contextOf(authOf({ id: "49999" })))).toEqual(["0"])
  expect(passing(database, rule, contextOf(authOf({ id: "50000" })))).toEqual([])
  // By their paths it would be some minutes.
  expect(threadMs() - start).toBeLessThan(5_000)
})

function openRows(rows: readonly StoredRow[]): DatabaseSync {
  const database = new DatabaseSync(":memory:")
  database.exec(`CREATE TABLE posts (id TEXT PRIMARY KEY, title TEXT, slug TEXT, body TEXT, author_id TEXT, owner_id TEXT,
    views INTEGER, likes INTEGER, price REAL, score REAL, published INTEGER, featured INTEGER, created TEXT, edited TEXT,
    meta TEXT, tags TEXT, picture BLOB) STRICT`)
  const names = Object.keys(rows[0]!)
  const insert = database.prepare(`INSERT INTO posts (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`)
  for (const row of rows) insert.run(...names.map((name) => row[name] as string | number | null | Uint8Array))
  return database
}

function passing(database: DatabaseSync, rule: CompiledReadRule, context: RuleContext): readonly unknown[] {
  const narrowed = rule.narrow(context)
  if (narrowed === "none") return []
  const where = narrowed === "all" ? "1" : narrowed.sql('"d"')
  const values = narrowed === "all" ? [] : narrowed.values
  const found = database.prepare(`SELECT id FROM posts AS "d" WHERE ${where} ORDER BY CAST(id AS INTEGER)`)
  return found.all(...values).map(({ id }) => id)
}

function holding(rows: readonly StoredRow[], rule: CompiledReadRule, context: RuleContext): readonly unknown[] {
  return rows.filter((doc) => rule.holds(context, { doc })).map(({ id }) => id)
}
