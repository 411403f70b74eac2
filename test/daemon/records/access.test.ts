import { afterAll, beforeAll, describe, expect, test } from "vitest"

import type { Caller } from "../../../src/daemon/caller.ts"
import { collectionPlan } from "../../../src/daemon/records/collection-plan.ts"
import { readAccess } from "../../../src/daemon/records/read-access.ts"
import { admin, person, stranger } from "./callers.ts"
import { openRecords, refusal } from "./open-records.ts"
import type { Doc, TestRecords } from "./open-records.ts"

const schemaYaml = `
collections:
  people:
    timestamps: false
    fields:
      id: { type: string, primary: true }
      name: { type: string }
      salary: { type: int, nullable: true, rules: { read: "auth.id == doc.id" } }
      note: { type: string, nullable: true, rules: { read: "auth.role == 'boss'" } }
    rules: { read: "true" }
  papers:
    timestamps: false
    fields:
      id: { type: int, primary: true }
      title: { type: string }
      owner_id: { type: string, references: people.id }
      public: { type: bool, default: false }
      stamp: { type: string, nullable: true, rules: { read: false, write: "auth.role == 'boss'" } }
      reviewer_id: { type: string, references: people.id, nullable: true, rules: { read: "doc.public" } }
    rules: { read: "doc.public || auth.id == doc.owner_id", update: true, delete: "auth.id == doc.owner_id" }
  teams:
    timestamps: false
    fields:
      id: { type: string, primary: true }
    rules: { read: "request.headers['x-team'] == doc.id || request.ip == '198.51.100.1'" }
  locked:
    timestamps: false
    fields:
      id: { type: int, primary: true }
`

let records: TestRecords
const ada = person("ada")
const bob = person("bob")
const boss = person("eve", { role: "boss" })

beforeAll(async () => {
  records = await openRecords(schemaYaml)
  await records.batch([
    { op: "create", collection: "people", data: { id: "ada", name: "Ada", salary: 5, note: "a" } },
    { op: "create", collection: "people", data: { id: "bob", name: "Bob", salary: 7, note: "b" } },
    {
      op: "create",
      collection: "papers",
      data: { id: 1, title: "one", owner_id: "ada", public: true, reviewer_id: "bob" },
    },
    { op: "create", collection: "papers", data: { id: 2, title: "two", owner_id: "ada", reviewer_id: "bob" } },
    { op: "create", collection: "papers", data: { id: 3, title: "three", owner_id: "bob", reviewer_id: "ada" } },
    { op: "create", collection: "locked", data: { id: 1 } },
    { op: "create", collection: "teams", data: { id: "red" } },
    { op: "create", collection: "teams", data: { id: "blue" } },
  ])
})

afterAll(() => records.database.remove())

/** Ada, with another request. */
function from(ip: string, headers: Record<string, string>): Caller {
  return { ...ada, request: { ...ada.request, ip, headers } }
}

function paperIds(owner: Doc): unknown[] {
  return (owner["papers(owner_id)"] as Doc[]).map(({ id }) => id)
}

function as(caller: Caller): TestRecords {
  records.caller = caller
  return records
}

describe("lists and single documents", () => {
  test("hold what the read rule lets through, and the total counts nothing else", async () => {
    expect(await as(admin).list("papers")).toMatchObject({ total: 3, docs: [{ id: 1 }, { id: 2 }, { id: 3 }] })
    expect(await as(ada).list("papers")).toMatchObject({ total: 2, docs: [{ id: 1 }, { id: 2 }] })
    expect(await as(bob).list("papers")).toMatchObject({ total: 2, docs: [{ id: 1 }, { id: 3 }] })
    expect(await as(stranger).list("papers")).toMatchObject({ total: 1, docs: [{ id: 1 }] })
    expect((await refusal(() => as(bob).get("papers", "2"))).code).toBe("DOCUMENT_NOT_FOUND")
    expect(await as(ada).get("papers", "2")).toMatchObject({ title: "two" })
  })

  test("depend on the request where the rule does, also for one account", async () => {
    expect(await as(from("203.0.113.9", { "x-team": "red" })).pluck("teams", "id")).toEqual(["red"])
    expect(await as(from("203.0.113.9", { "x-team": "blue" })).pluck("teams", "id")).toEqual(["blue"])
    expect(await as(from("203.0.113.9", {})).pluck("teams", "id")).toEqual([])
    expect(await as(from("198.51.100.1", {})).pluck("teams", "id")).toEqual(["blue", "red"])
  })

  test("without a read rule nobody but admins reads", async () => {
    expect(await as(ada).list("locked")).toEqual({ docs: [], total: 0, limit: 50, offset: 0 })
    expect(await as(ada).list("locked", "cursor=&skipTotal=true")).toEqual({
      docs: [],
      total: null,
      limit: 50,
      next_cursor: null,
    })
    expect((await refusal(() => as(ada).get("locked", "1"))).code).toBe("DOCUMENT_NOT_FOUND")
    expect((await as(admin).list("locked")).total).toBe(1)
  })

  test("fields are absent where their rule does not hold", async () => {
    expect((await as(ada).list("people")).docs).toEqual([
      { id: "ada", name: "Ada", salary: 5 },
      { id: "bob", name: "Bob" },
    ])
    expect(await as(boss).get("people", "ada")).toEqual({ id: "ada", name: "Ada", note: "a" })
    expect(await as(admin).get("people", "ada")).toEqual({ id: "ada", name: "Ada", salary: 5, note: "a" })
    expect(await as(ada).get("people", "ada", "fields=salary")).toEqual({ salary: 5 })
    expect(await as(bob).get("people", "ada", "fields=salary")).toEqual({})
  })

  test("a hidden field cannot be named, sorted by or probed by a filter", async () => {
    const forbidden = { code: "FORBIDDEN_FIELD", details: { collection: "people", fields: ["note"] } }

    expect(await refusal(() => as(ada).list("people", "fields=note"))).toMatchObject(forbidden)
    expect(await refusal(() => as(ada).list("people", "note=a"))).toMatchObject(forbidden)
    expect(await refusal(() => as(ada).list("people", "sort=note"))).toMatchObject(forbidden)
    expect((await refusal(() => as(ada).list("people", "sort=-salary"))).code).toBe("FORBIDDEN_FIELD")
    expect(await as(ada).pluck("people", "id", "filter=salary:gt:1")).toEqual(["ada"])
    expect(await as(bob).pluck("people", "id", "filter=salary:ne:0")).toEqual(["bob"])
    expect((await as(bob).list("people", "salary=5")).total).toBe(0)
    expect(await as(admin).pluck("people", "id", "sort=-salary")).toEqual(["bob", "ada"])
  })
})

describe("expanded documents", () => {
  test("obey the rules of their collection and of their fields", async () => {
    const [paper] = (await as(bob).list("papers", "expand=owner,reviewer")).docs

    expect(paper).toEqual({
      id: 1,
      title: "one",
      owner_id: "ada",
      public: true,
      reviewer_id: "bob",
      owner: { id: "ada", name: "Ada" },
      reviewer: { id: "bob", name: "Bob", salary: 7 },
    })
  })

  test("are not shown over a field that is hidden in the document", async () => {
    expect(await as(ada).get("papers", "2", "expand=reviewer")).toEqual({
      id: 2,
      title: "two",
      owner_id: "ada",
      public: false,
    })
  })

  test("of a back relation are those that may be read, each only where its field may be", async () => {
    const owned = await as(bob).get("people", "ada", "expand=papers(owner_id)")
    const reviewed = await as(bob).get("people", "bob", "expand=papers(reviewer_id)")

    expect(owned["papers(owner_id)"]).toMatchObject([{ id: 1 }])
    expect(reviewed["papers(reviewer_id)"]).toMatchObject([{ id: 1 }])
    expect((await as(admin).get("people", "bob", "expand=papers(reviewer_id)"))["papers(reviewer_id)"]).toHaveLength(2)
  })
})

describe("limits", () => {
  test("count only what may be read: of a back relation, and of a whole answer", async () => {
    const small = await openRecords(schemaYaml, { limits: { backRelationMax: 3, answerDocumentMax: 6 } })
    await small.create("people", { id: "ada", name: "Ada" })
    const papers = Array.from({ length: 12 }, (_, id) => ({ id, title: "t", owner_id: "ada", public: id % 4 === 3 }))
    await small.batch(papers.map((data) => ({ op: "create", collection: "papers", data })))
    small.caller = bob

    const seen = await small.get("people", "ada", "expand=papers(owner_id)")
    const page = await small.list("papers", "limit=3&expand=owner,reviewer")
    small.caller = ada
    const own = await small.get("people", "ada", "expand=papers(owner_id)")
    const large = await refusal(() => small.list("papers", "limit=5&expand=owner"))
    await small.database.remove()

    expect(paperIds(seen)).toEqual([3, 7, 11])
    expect(paperIds(own)).toEqual([0, 1, 2])
    expect(page).toMatchObject({ total: 3, docs: [{ id: 3 }, { id: 7 }, { id: 11 }] })
    expect(large.code).toBe("INVALID_QUERY")
  })
})

describe("what a refusal says", () => {
  test("is the operation and the collection alone, to a stranger as to somebody signed in", async () => {
    const details = { collection: "people", operation: "update" }

    expect(await refusal(() => as(bob).update("people", "ada", { name: "x" }))).toMatchObject({
      code: "FORBIDDEN",
      message: "people has no update rule, so only admins may update its documents.",
      details,
    })
    const judged = await refusal(() => as(stranger).delete("papers", "1"))
    expect(judged).toMatchObject({
      code: "UNAUTHENTICATED",
      message: "The delete rule of papers does not let the caller delete this document.",
    })
    expect(judged.details).toEqual({ collection: "papers", operation: "delete" })
  })

  test("in dev is also the rule with what its parts came to", async () => {
    const explaining = await openRecords(schemaYaml, { explains: true })
    await explaining.create("people", { id: "ada", name: "Ada" })
    await explaining.create("papers", { id: 1, title: "one", owner_id: "ada", public: true })
    explaining.caller = bob

    const { code, details } = await refusal(() => explaining.delete("papers", "1"))
    const field = await refusal(() => explaining.update("papers", "1", { stamp: "x" }))
    await explaining.database.remove()

    expect(code).toBe("FORBIDDEN")
    expect(details?.["rule"]).toMatchObject({ text: "auth.id == doc.owner_id", value: "false" })
    expect(field).toMatchObject({
      code: "FORBIDDEN_FIELD",
      details: { fields: ["stamp"], rule: { text: "auth.role == 'boss'", value: "false" } },
    })
    expect(JSON.stringify(details)).toContain(`\\"ada\\"`)
  })
})

describe("keys and shapes", () => {
  test("are equal where callers see the same, and shapes also where only values differ", () => {
    const plan = collectionPlan(records.parts.limits, records.schema, "papers")
    const of = (caller: Caller) => readAccess(plan, caller)

    expect(of(ada).key).toBe(of(person("ada")).key)
    expect(of(ada).key).not.toBe(of(bob).key)
    expect(of(ada).shape).toBe(of(bob).shape)
    expect(of(ada).shape).not.toBe(of(stranger).shape)
    expect(of(admin).shape).not.toBe(of(ada).shape)
  })
})
