import { afterAll, beforeAll, expect, test } from "vitest"

import { GroupIndex } from "../../../src/daemon/realtime/group-index.ts"
import { LiveGroup } from "../../../src/daemon/realtime/group.ts"
import { markChanges } from "../../../src/daemon/realtime/mark-changes.ts"
import { QueryReads } from "../../../src/daemon/realtime/query-reads.ts"
import { parseLiveQuery } from "../../../src/daemon/records/live-query.ts"
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
    rules: { read: "doc.shared || doc.owner_id == auth.id || doc.team in auth.metadata.teams" }
`

let live: TestLive

beforeAll(async () => {
  live = await openLive(yaml)
})

afterAll(() => live.close())

function groupOf(index: GroupIndex, id: string, filter?: LiveQueryRequest["filter"]): LiveGroup {
  const { schema, parts } = live.records
  const caller = somebody(id)
  const auth = { ...caller.auth, metadata: { teams: [`red ${id}`, `blue ${id}`] } }
  const query = parseLiveQuery(parts.limits, {
    schema,
    caller: { ...caller, auth },
    query: { collection: "notes", ...(filter === undefined ? {} : { filter }) },
  })
  const reads = new QueryReads(query, parts.database)
  const group = new LiveGroup({ query, reads, name: id, links: index, onDirty: () => undefined })
  index.add(group)
  return group
}

/** Whom a change of one document concerns, as far as the index tells. */
function concerned(index: GroupIndex, before: Readonly<Record<string, unknown>>): string[] {
  const found: string[] = []
  const note = (group: LiveGroup): unknown => found.push(group.name)
  const marker = { batch: note, changed: note, linked: note, stale: note }
  const changed = new Map([["gone", { id: "gone", team: null, shared: 0, ...before }]])
  live.records.database.database.read((reader) =>
    markChanges({ reader, groups: index, marker }, index.of("notes")!, changed),
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
