import { expect, test } from "vitest"

import { NarrowedAccess } from "../../../src/daemon/records/read-access.ts"
import type { Narrowed, RuleContext } from "../../../src/rules/rules.ts"
import { scaled, testSeed } from "../../helpers/scale.ts"
import { Dice } from "../../helpers/dice.ts"
import { randomAuth, randomRule } from "../../rules/random-rules.ts"
import { contextOf, readRule } from "../../rules/rule-fixture.ts"

/** What is kept for one caller, by keys and shapes, serves every other one that has the same. */
test("callers share a key when the SQL and the values of their rules are the same, and only then", () => {
  const seed = testSeed()
  const random = new Dice(seed)
  const totals = { pairs: 0, equalKeys: 0, equalShapes: 0 }
  for (let count = 0; count < scaled(1_000, 60); count += 1) {
    const rules = [sqlRule(random), sqlRule(random)] as const
    const contexts = Array.from({ length: 12 }, () => contextOf(randomAuth(random)))
    const seen = contexts.map((context) => accessOf(rules, context))
    for (const one of seen) {
      for (const other of seen) {
        const label = `seed ${seed}: ${rules.map(({ rule }) => rule.expression).join(" and ")}`
        expect(one.access.key === other.access.key, label).toBe(isSame(one.bound, other.bound))
        expect(one.access.shape === other.access.shape, label).toBe(isSame(one.texts, other.texts))
        totals.pairs += 1
        totals.equalKeys += Number(one.access.key === other.access.key)
        totals.equalShapes += Number(one.access.shape === other.access.shape)
      }
    }
  }

  process.stdout.write(`seed ${seed}: ${JSON.stringify(totals)}\n`)
  expect(totals.equalKeys).toBeLessThan(totals.equalShapes)
  expect(totals.equalShapes).toBeLessThan(totals.pairs)
})

function sqlRule(random: Dice): ReturnType<typeof readRule> {
  for (;;) {
    const rule = readRule(randomRule(random, random.below(3)))
    if (rule.isSql && rule.mentions.auth.length > 0) return rule
  }
}

interface Seen {
  readonly access: NarrowedAccess
  readonly texts: readonly string[]
  readonly bound: readonly unknown[]
}

/** One rule is that of the rows, the other one that of a field. */
function accessOf([rowRule, fieldRule]: readonly ReturnType<typeof readRule>[], context: RuleContext): Seen {
  const rows = rowRule!.narrow(context)
  const field = fieldRule!.narrow(context)
  const texts = [rows, field].map(textOf)
  const values = [rows, field].flatMap((narrowed) => (typeof narrowed === "string" ? [] : narrowed.values))
  return { access: new NarrowedAccess(rows, new Map([["title", field]])), texts, bound: [...texts, ...values] }
}

function textOf(narrowed: Narrowed): string {
  return typeof narrowed === "string" ? narrowed : narrowed.sql("d")
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => isSameValue(value, b[index]))
}

function isSameValue(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0
  return Object.is(a, b)
}
