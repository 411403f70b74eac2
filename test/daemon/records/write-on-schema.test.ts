import { afterEach, beforeEach, expect, test } from "vitest"

import { sqlQuery } from "../../../src/daemon/storage/database.ts"
import { applySchema } from "../../../src/daemon/storage/sqlite/apply-schema.ts"
import { runMigration } from "../../../src/daemon/storage/sqlite/run-migration.ts"
import { systemClock } from "../../../src/lib/clock.ts"
import type { Operation } from "../../../src/schema/migrations/migration.ts"
import { parseSchema } from "../../../src/schema/parse.ts"
import { openTempDatabase } from "../storage/open-temp-database.ts"
import { refusal, TestRecords } from "./open-records.ts"
import type { Doc } from "./open-records.ts"

const yaml = (first: string, second: string): string => `
collections:
  posts:
    timestamps: false
    fields:
      ${first}: { type: string, maxLength: 20 }
      ${second}: { type: string, nullable: true }
`

let records: TestRecords
let post: Doc
let id: string

beforeEach(async () => {
  const { schema } = parseSchema(yaml("title", "slug"), "schema.yaml")
  records = new TestRecords(schema!, await openTempDatabase({ durability: "normal" }), {})
  await applySchema(records.database.database, schema!, { clock: systemClock })
  post = await records.create("posts", { title: "One", slug: "one" })
  id = String(post["id"])
})

afterEach(() => records.database.remove())

test("a write that waited while its field was renamed is judged by the schema that came", async () => {
  const operations: Operation[] = [{ type: "rename_field", collection: "posts", from: "title", to: "headline" }]
  const refused = await migrate({ operations, to: yaml("headline", "slug") }, () => [
    refusal(() => records.create("posts", { title: "Two" })),
    refusal(() => records.update("posts", id, { title: "New" })),
    refusal(() => records.batch([{ op: "create", collection: "posts", data: { title: "Three" } }])),
  ])

  expect(refused.map(({ code }) => code)).toEqual(["VALIDATION_ERROR", "VALIDATION_ERROR", "VALIDATION_ERROR"])
  expect(rows()).toEqual([{ id, headline: "One", slug: "one" }])
})

test("a write that still fits goes into the field that has its name now, and a delete goes on", async () => {
  const other = await records.create("posts", { title: "Other" })
  const swap = [rename("title", "old"), rename("slug", "title"), rename("old", "slug")]
  const [changed] = await migrate({ operations: swap, to: yaml("slug", "title") }, () => [
    records.update("posts", id, { title: "NEW" }),
    records.delete("posts", String(other["id"])).then(() => ({})),
  ])

  expect(changed).toEqual({ id, title: "NEW", slug: "One" })
  expect(rows()).toEqual([{ id, slug: "One", title: "NEW" }])
})

test("a write to a collection that went is not found", async () => {
  const operations: Operation[] = [{ type: "drop_collection", collection: "posts" }]
  const [refused] = await migrate({ operations, to: "collections: {}" }, () => [
    refusal(() => records.create("posts", { title: "Two" })),
  ])
  expect(refused!.code).toBe("COLLECTION_NOT_FOUND")
})

/** Migrates while writes wait that were asked for when all still was as before; resolves with what they gave. */
async function migrate<Result>(
  { operations, to }: { readonly operations: readonly Operation[]; readonly to: string },
  writes: () => readonly Promise<Result>[],
): Promise<Result[]> {
  let waiting: readonly Promise<Result>[] = []
  const placed = operations.map((operation) => ({ ...operation, at: null }))
  await runMigration(records.database.database, {
    steps: [{ kind: "apply", file: "migrations/001_x.yaml", number: 1, name: "x", checksum: "c", operations: placed }],
    schema: parseSchema(to, "schema.yaml").schema,
    clock: { now: () => records.nowMs },
    onProgress: () => undefined,
    onApplied: (schema) => records.schemas.swap(schema),
    beforeBegin: () => {
      waiting = writes()
      return Promise.resolve()
    },
  })
  return Promise.all(waiting)
}

function rename(from: string, to: string): Operation {
  return { type: "rename_field", collection: "posts", from, to }
}

function rows(): readonly object[] {
  return records.database.database.read((reader) => reader.all(sqlQuery("SELECT * FROM posts ORDER BY id")))
}
