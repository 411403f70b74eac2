import { afterAll, beforeAll, describe, expect, test } from "vitest"

import type { Caller } from "../../../src/daemon/caller.ts"
import { admin, person, stranger } from "./callers.ts"
import { openRecords, refusal } from "./open-records.ts"
import type { TestRecords } from "./open-records.ts"

/** `matches` is no SQL: these rules are judged row by row. */
const schemaYaml = `
collections:
  teams:
    timestamps: false
    fields:
      id: { type: string, primary: true }
    rules: { read: "true" }
  notes:
    timestamps: false
    read_in_memory: true
    fields:
      id: { type: int, primary: true }
      title: { type: string }
      team_id: { type: string, references: teams.id }
      secret: { type: string, nullable: true, rules: { read: "doc.title.matches('^open') && auth.id != null" } }
    rules: { read: "doc.title.matches('^(open|half)') || auth.id == doc.team_id", update: "true", delete: "true" }
`

let records: TestRecords
const ada = person("ada")
const count = 1_300

beforeAll(async () => {
  records = await openRecords(schemaYaml)
  await records.batch(["red", "blue", "ada"].map((id) => ({ op: "create", collection: "teams", data: { id } })))
  const operations = Array.from({ length: count }, (_, id) => ({
    op: "create",
    collection: "notes",
    data: { id, title: titleOf(id), team_id: id % 2 === 0 ? "red" : "blue", secret: `s${id}` },
  }))
  for (let start = 0; start < count; start += 500) await records.batch(operations.slice(start, start + 500))
})

afterAll(() => records.database.remove())

function titleOf(id: number): string {
  return id % 10 === 0 ? `open ${id}` : id % 10 === 1 ? `half ${id}` : `closed ${id}`
}

function as(caller: Caller): TestRecords {
  records.caller = caller
  return records
}

describe("a list whose rules are no SQL", () => {
  test("judges the first 1,000 candidates and says that there are more", async () => {
    const list = await as(ada).list("notes", "limit=3")

    expect(list).toEqual({
      docs: [
        { id: 0, title: "open 0", team_id: "red", secret: "s0" },
        { id: 1, title: "half 1", team_id: "blue" },
        { id: 10, title: "open 10", team_id: "red", secret: "s10" },
      ],
      total: 200,
      limit: 3,
      offset: 0,
      truncated: true,
    })
    expect(await as(stranger).pluck("notes", "secret", "limit=2")).toEqual([undefined, undefined])
    expect(await as(admin).list("notes", "limit=1")).toEqual({
      docs: [expect.anything()],
      total: count,
      limit: 1,
      offset: 0,
    })
  })

  test("says that nothing is missing when filters leave few candidates", async () => {
    const list = await as(ada).list("notes", "team_id=blue&filter=id:lt:40&sort=-id&limit=2&offset=1")

    expect(list).toMatchObject({ docs: [{ id: 21 }, { id: 11 }], total: 4, truncated: false })
  })

  test("judges the end of a sort as its start", async () => {
    expect(await as(ada).pluck("notes", "id", "sort=-id&limit=2")).toEqual([1291, 1290])
  })

  test("is walked by cursors, each page with candidates of its own", async () => {
    const seen: unknown[] = []
    let cursor: string | null = ""
    while (cursor !== null) {
      const page = await as(ada).list("notes", `limit=50&cursor=${cursor}`)
      seen.push(...page.docs.map((doc) => doc["id"]))
      cursor = page.next_cursor ?? null
    }

    expect(seen).toEqual(Array.from({ length: count }, (_, id) => id).filter((id) => id % 10 < 2))
  })

  test("is walked on where few of the candidates may be read, until there is none", async () => {
    const first = await as(ada).list("notes", "limit=50&filter=title:ne:x&filter=id:ne:0&sort=title&cursor=")
    const sparse = await as(stranger).list("notes", "limit=500&sort=-title&cursor=")
    const next = await as(stranger).list("notes", `limit=500&sort=-title&cursor=${sparse.next_cursor}`)

    expect(first).toMatchObject({ total: 0, next_cursor: null, truncated: true })
    expect(sparse.docs.length).toBeLessThan(500)
    expect(sparse.docs.length + next.docs.length).toBe(count / 5)
    expect(next.next_cursor).toBeNull()
  })

  test("does not tell a hidden field by filters, and cannot be sorted by it", async () => {
    expect(await as(ada).pluck("notes", "id", "secret=s10")).toEqual([10])
    expect((await as(ada).list("notes", "secret=s11")).total).toBe(0)
    expect((await as(stranger).list("notes", "secret=s10")).total).toBe(0)
    expect((await refusal(() => as(ada).list("notes", "sort=secret"))).code).toBe("FORBIDDEN_FIELD")
  })
})

describe("single documents and what is expanded", () => {
  test("are judged alike", async () => {
    expect(await as(ada).get("notes", "10")).toMatchObject({ secret: "s10" })
    expect(await as(ada).get("notes", "11", "fields=id,secret")).toEqual({ id: 11 })
    expect((await refusal(() => as(ada).get("notes", "12"))).code).toBe("DOCUMENT_NOT_FOUND")
    expect((await refusal(() => as(ada).update("notes", "12", { title: "open" }))).code).toBe("DOCUMENT_NOT_FOUND")
    expect(await as(ada).update("notes", "11", { title: "half 11" })).toEqual({
      id: 11,
      title: "half 11",
      team_id: "blue",
    })
    expect(await as(ada).update("notes", "11", { title: "shut" })).toEqual({ id: 11 })
    await as(admin).update("notes", "11", { title: "half 11" })
  })

  test("of a back relation are those that may be read among the first", async () => {
    const [red] = (await as(ada).list("teams", "id=red&expand=notes")).docs
    const alone = await as(ada).get("teams", "red", "expand=notes")

    const notes = red!["notes"] as { id: number; secret?: string }[]
    expect(notes.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, index) => index * 10))
    expect(notes[0]!.secret).toBe("s0")
    expect(alone).toEqual(red)
    expect((await as(stranger).get("teams", "red", "expand=notes"))["notes"]).not.toEqual(notes)
  })
})
