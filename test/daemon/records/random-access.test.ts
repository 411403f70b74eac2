import { afterAll, beforeAll, expect, test } from "vitest"

import type { Caller } from "../../../src/daemon/caller.ts"
import { collectionPlan } from "../../../src/daemon/records/collection-plan.ts"
import { getRecord } from "../../../src/daemon/records/get.ts"
import { listRecords } from "../../../src/daemon/records/list.ts"
import { insertCompleted } from "../../../src/daemon/records/write-record.ts"
import type { RecordAnswer } from "../../../src/daemon/records/records.ts"
import { isAlyxError } from "../../../src/errors.ts"
import { rulesOf } from "../../../src/rules/compile-rules.ts"
import type { CollectionRules, StoredRow } from "../../../src/rules/rules.ts"
import type { StoredValue } from "../../../src/schema/fields/field-type.ts"
import type { Schema } from "../../../src/schema/schema.ts"
import { scaled, testSeed } from "../../helpers/scale.ts"
import { Dice } from "../../helpers/dice.ts"
import { randomAuth, randomRow, randomRule } from "../../rules/random-rules.ts"
import { contextOf, postsYaml, schemaFrom } from "../../rules/rule-fixture.ts"
import { admin, stranger } from "./callers.ts"
import { openRecords } from "./open-records.ts"
import type { Doc, Listed, TestRecords } from "./open-records.ts"

const rowCount = 60
const guardedFields = ["title", "likes", "meta"] as const

const marksYaml = `  marks:
    timestamps: false
    fields:
      id: { type: int, primary: true }
      post_id: { type: uuid, references: posts.id, index: true }
    rules: { read: "true" }
`

let records: TestRecords
let rows: readonly StoredRow[]
let whole: ReadonlyMap<unknown, Doc>

const seed = testSeed()
const random = new Dice(seed)

beforeAll(async () => {
  const schema = schemaFrom(postsYaml("") + marksYaml)
  records = await openRecords(schema)
  rows = Array.from({ length: rowCount }, (_, index) => randomRow(random, uuid(index)))
  const plan = (name: string) => collectionPlan(records.parts.limits, schema, name)
  await records.database.database.write((transaction) => {
    const insert = (name: string, row: StoredRow): void => {
      const values = new Map(Object.entries(row) as [string, StoredValue][])
      insertCompleted(transaction, { plan: plan(name), values }, values)
    }
    for (const row of rows) insert("posts", row)
    for (const [id, row] of rows.entries()) insert("marks", { id, post_id: row["id"] })
  })
  const { docs } = await list(schema, admin, "posts", "limit=500")
  whole = new Map(docs.map((doc) => [doc["id"], doc]))
})

afterAll(() => records.database.remove())

function uuid(index: number): string {
  return `018f0000-0000-7000-8000-${String(index).padStart(12, "0")}`
}

async function list(schema: Schema, caller: Caller, collection: string, query: string): Promise<Listed> {
  const asked = { schema, caller, collection, query: [...new URLSearchParams(query)] }
  return JSON.parse(String(await listRecords(records.parts, asked))) as Listed
}

async function get(schema: Schema, caller: Caller, id: string): Promise<Doc | null> {
  try {
    const answer = await getRecord(records.parts, { schema, caller, collection: "posts", id, query: [] })
    return JSON.parse((answer as RecordAnswer).body) as Doc
  } catch (error) {
    if (isAlyxError(error, "DOCUMENT_NOT_FOUND")) return null
    throw error
  }
}

/** The same tables with other rules. Half of the schemas let rules be judged in memory. */
function randomSchema(): Schema {
  const rule = (): string => JSON.stringify(randomRule(random, random.below(3)))
  const more = random.next() < 0.5 ? "    read_in_memory: true\n" : ""
  let yaml = postsYaml(`${more}    rules:\n      read: ${rule()}\n`)
  for (const name of guardedFields) {
    if (random.next() < 0.7)
      yaml = yaml.replace(
        new RegExp(`(${name}: \\{[^}]+)\\}`),
        (_, head: string) => `${head}, rules: { read: ${rule()} } }`,
      )
  }
  return schemaFrom(yaml + marksYaml)
}

interface Seen {
  /** What the caller sees of the documents, in the order of their ids. */
  readonly docs: readonly Doc[]
  readonly sees: (name: string, row: StoredRow) => boolean
  readonly readable: readonly StoredRow[]
}

/** What rules say, row by row, without any SQL. */
function model(rules: CollectionRules, isInMemory: boolean, caller: Caller): Seen {
  const passes = (rule: CollectionRules["read"], row: StoredRow): boolean =>
    rule !== null && (rule.isSql || isInMemory) && rule.holds(caller, { doc: row })
  const readable = rows.filter((row) => passes(rules.read, row))
  const sees = (name: string, row: StoredRow): boolean => {
    const rule = rules.fields.get(name)?.read ?? null
    return rule === null || passes(rule, row)
  }
  const docs = readable.map((row) =>
    Object.fromEntries(Object.entries(whole.get(row["id"])!).filter(([name]) => sees(name, row))),
  )
  return { docs, sees, readable }
}

/** A filter by a field that may be hidden finds what is seen and fits, or is refused where it never is. */
async function found(schema: Schema, caller: Caller, filter: string): Promise<unknown> {
  try {
    const { docs, total } = await list(schema, caller, "posts", `filter=${filter}&fields=id&limit=500`)
    expect(docs).toHaveLength(total!)
    return docs.map(({ id }) => id)
  } catch (error) {
    if (isAlyxError(error, "FORBIDDEN_FIELD")) return []
    throw error
  }
}

async function walked(schema: Schema, caller: Caller): Promise<unknown[]> {
  const docs: unknown[] = []
  let cursor: string | null = ""
  while (cursor !== null) {
    const page: Listed = await list(schema, caller, "posts", `limit=7&cursor=${cursor}`)
    docs.push(...page.docs)
    cursor = page.next_cursor ?? null
  }
  return docs
}

test(
  "lists, totals, walks, filters and expands show what the rules let pass, row by row",
  { timeout: 600_000 },
  async () => {
    const totals = { rules: 0, callers: 0, shown: 0, hidden: 0, inMemory: 0 }
    while (totals.rules < scaled(2_000, 60)) {
      const schema = randomSchema()
      const rules = rulesOf(schema).get("posts")!
      totals.rules += 1
      const isInMemory = schema.collections.get("posts")!.readInMemory
      if (rules.read?.isSql === false && isInMemory) totals.inMemory += 1
      for (let count = 0; count < 3; count += 1) {
        const context = contextOf(randomAuth(random))
        const caller: Caller = { ...stranger, ...context }
        const label = `seed ${seed}: ${rules.read?.rule.expression} ${[...rules.fields].map(([name, { read }]) => `${name}: ${read?.rule.expression}`).join(" ")} for ${JSON.stringify(context.auth)}`
        const { docs, sees, readable } = model(rules, isInMemory, caller)
        const listed = await list(schema, caller, "posts", "limit=500")
        totals.callers += 1
        totals.shown += docs.length
        totals.hidden += rowCount - docs.length

        expect(listed.docs, label).toEqual(docs)
        expect(listed.total, label).toBe(docs.length)
        expect(await walked(schema, caller), label).toEqual(docs)
        const liked = readable.filter((row) => sees("likes", row) && row["likes"] !== null && Number(row["likes"]) >= 1)
        expect(await found(schema, caller, "likes:gte:1"), label).toEqual(liked.map((row) => row["id"]))
        const other = readable.filter((row) => sees("title", row) && row["title"] !== "a")
        expect(await found(schema, caller, "title:ne:a"), label).toEqual(other.map((row) => row["id"]))
        const index = random.below(rowCount)
        expect(await get(schema, caller, uuid(index)), label).toEqual(docs.find(({ id }) => id === uuid(index)) ?? null)
        const marks = await list(schema, caller, "marks", "limit=500&expand=post")
        expect(
          marks.docs.flatMap((mark) => ("post" in mark ? [mark["post"]] : [])),
          label,
        ).toEqual(docs)
      }
    }

    process.stdout.write(`seed ${seed}: ${JSON.stringify(totals)}\n`)
    expect(Math.min(totals.shown, totals.hidden)).toBeGreaterThan(totals.callers)
  },
)
