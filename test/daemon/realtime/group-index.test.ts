import { afterAll, beforeAll, expect, test } from "vitest"

import { GroupIndex } from "../../../src/daemon/realtime/group-index.ts"
import { LiveGroup } from "../../../src/daemon/realtime/group.ts"
import { markChanges } from "../../../src/daemon/realtime/mark-changes.ts"
import type { ChangedDocuments } from "../../../src/daemon/realtime/mark-changes.ts"
import { QueryReads } from "../../../src/daemon/realtime/query-reads.ts"
import { parseLiveQuery } from "../../../src/daemon/records/live-query.ts"
import { sqlQuery } from "../../../src/daemon/storage/database.ts"
import type { LiveQueryRequest } from "../../../src/protocol/realtime-api.ts"
import { openLive, somebody } from "./open-live.ts"
import type { TestLive } from "./open-live.ts"

const yaml = `
collections:
  notes:
    fields:
      id: { type: string, primary: true }
      owner_id: { type: string }
      team: { type: string, nullable: true }
      shared: { type: bool, default: false }
      title: { type: string, nullable: true }
    rules: { read: "doc.shared || doc.owner_id == auth.id || doc.team in auth.metadata.teams" }
  texts:
    fields:
      id: { type: string, primary: true }
      title: { type: string, nullable: true }
      body: { type: text, nullable: true }
    rules: { read: "true" }
`

let live: TestLive

beforeAll(async () => {
  live = await openLive(yaml)
})

afterAll(() => live.close())

function groupOf(index: GroupIndex, id: string, filter?: LiveQueryRequest["filter"], collection = "notes"): LiveGroup {
  const { schema, parts } = live.records
  const caller = somebody(id)
  const auth = { ...caller.auth, metadata: { teams: [`red ${id}`, `blue ${id}`] } }
  const query = parseLiveQuery(parts.limits, {
    schema,
    caller: { ...caller, auth },
    query: { collection, ...(filter === undefined ? {} : { filter }) },
  })
  const reads = new QueryReads(query, parts.database)
  const group = new LiveGroup({ query, reads, name: id, links: index, onDirty: () => undefined })
  index.add(group)
  return group
}

const empty = { id: "gone", owner_id: "nobody", team: null, shared: 0, title: null, body: null }

/** Whom a change of one document concerns, as far as the index tells. */
function concerned(index: GroupIndex, before: Readonly<Record<string, unknown>>, collection = "notes"): string[] {
  return marks(index, new Map([["gone", { ...empty, ...before }]]), collection)
}

/** So many documents that were deleted. */
function gone(count: number): ChangedDocuments {
  return new Map(
    Array.from({ length: count }, (_, number) => [`gone ${number}`, { id: `gone ${number}`, title: "none" }]),
  )
}

function marks(index: GroupIndex, changed: ChangedDocuments, collection: string): string[] {
  const found: string[] = []
  const note = (group: LiveGroup): unknown => found.push(group.name)
  const marker = { batch: note, changed: note, linked: note, stale: note }
  live.records.database.database.read((reader) =>
    markChanges({ reader, groups: index, marker }, index.of(collection)!, changed),
  )
  return found.toSorted()
}

test("a rule with an equality in each branch finds the few that a change concerns", () => {
  const index = new GroupIndex()
  const groups = Array.from({ length: 50 }, (_, number) => groupOf(index, `p${number}`))

  expect(index.of("notes")!.plain.size).toBe(0)
  expect(concerned(index, { owner_id: "p7" })).toEqual(["p7"])
  expect(concerned(index, { owner_id: "p7", team: "blue p9" })).toEqual(["p7", "p9"])
  expect(concerned(index, { owner_id: "p7", team: "red p7" })).toEqual(["p7"])
  expect(concerned(index, { owner_id: "nobody" })).toEqual([])
  expect(concerned(index, { owner_id: "nobody", shared: 1 })).toHaveLength(50)

  for (const group of groups) index.remove(group)
  expect(index.of("notes")).toBe(undefined)
})

test("an equality of the query comes before those of the rule", () => {
  const index = new GroupIndex()
  groupOf(index, "p1", { team: "green" })

  expect(concerned(index, { owner_id: "p1", shared: 1 })).toEqual([])
  expect(concerned(index, { owner_id: "nobody", team: "green" })).toEqual(["p1"])
})

test("only what contains the text of a query concerns it", () => {
  const index = new GroupIndex()
  const titled = Array.from({ length: 50 }, (_, number) =>
    groupOf(index, `p${number}`, { title: { $like: `_Title ${number} %` }, body: { $contains: "x" } }, "texts"),
  )
  const other = groupOf(index, "other", { body: { $contains: "Körper" } }, "texts")
  const all = groupOf(index, "all", { title: { $like: "%" } }, "texts")

  expect([...index.of("texts")!.plain]).toEqual([all])
  expect(concerned(index, { title: "a title 7 of mine" }, "texts")).toEqual(["all", "p7"])
  expect(concerned(index, { body: "der KöRPER" }, "texts")).toEqual(["all", "other"])
  expect(concerned(index, { title: "a TITLE 7 of mine", body: "a Körper" }, "texts")).toEqual(["all", "other", "p7"])
  expect(concerned(index, { title: "a title 7", body: "Korper" }, "texts")).toEqual(["all"])

  for (const group of [...titled, other, all]) index.remove(group)
  expect(index.of("texts")).toBe(undefined)
})

test("of those whom an equality finds, only who asks for a text that is there is concerned", () => {
  const index = new GroupIndex()
  groupOf(index, "p1", { title: { $like: "%green%" } })
  groupOf(index, "p2", { title: { $like: "%red%" } })

  expect(concerned(index, { shared: 1, title: "green" })).toEqual(["p1"])
  expect(concerned(index, { owner_id: "p2", title: "green" })).toEqual([])
  expect(concerned(index, { owner_id: "p2", title: "red and green" })).toEqual(["p2"])
})

test("a letter whose lower case depends on its place is found in every place", () => {
  const index = new GroupIndex()
  groupOf(index, "p", { title: { $like: "%ΑΣ%" } }, "texts")
  groupOf(index, "q", { title: { $like: "%Kİ%" } }, "texts")

  expect(concerned(index, { title: "ΑΣΑ" }, "texts")).toEqual(["p"])
  expect(concerned(index, { title: "xΑΣ kİx" }, "texts")).toEqual(["p", "q"])
})

test("what cannot be searched concerns everybody who searches it", () => {
  const index = new GroupIndex()
  groupOf(index, "a", { title: { $like: "%a%" } }, "texts")
  groupOf(index, "b", { body: { $contains: "b" } }, "texts")

  expect(concerned(index, { title: undefined }, "texts")).toEqual(["a"])
  expect(concerned(index, { title: 7, body: 7 }, "texts")).toEqual(["a", "b"])
  expect(concerned(index, { body: "c".repeat(100_000) }, "texts")).toEqual(["b"])
  expect(concerned(index, { title: "c", body: "c" }, "texts")).toEqual([])
})

test("many changes at once are not searched: whoever they may concern asks when its turn comes", () => {
  const index = new GroupIndex()
  for (let number = 0; number < 1_000; number += 1) {
    groupOf(index, `p${number}`, { title: { $like: `title ${number} %` } }, "texts")
  }

  expect(marks(index, gone(1), "texts")).toEqual([])
  expect(marks(index, gone(1_000), "texts")).toHaveLength(1_000)
})

test("a text of wrong bytes, from another program, concerns whom SQLite finds it for", () => {
  const index = new GroupIndex()
  groupOf(index, "p", { title: { $like: "%\u3A40%" } }, "texts")
  // é and a byte too many: SQLite takes both together for one character.
  const wrong = "CAST(x'C3A980' AS TEXT)"
  const sql = `SELECT ${wrong} AS title, ${wrong} LIKE '%\u3A40%' AS found`

  const row = live.records.database.database.read((reader) => reader.get(sqlQuery(sql)))

  expect(row).toEqual({ title: "é\uFFFD", found: 1 })
  expect(concerned(index, { title: row?.["title"] }, "texts")).toEqual(["p"])
})
