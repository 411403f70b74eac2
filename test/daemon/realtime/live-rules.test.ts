import { afterAll, beforeAll, describe, expect, test } from "vitest"

import { refusal } from "../records/open-records.ts"
import { openLive, somebody } from "./open-live.ts"
import type { TestLive } from "./open-live.ts"

const yaml = `
collections:
  people:
    fields:
      id: { type: string, primary: true }
      name: { type: string }
      salary: { type: int, nullable: true, rules: { read: "auth.id == doc.id" } }
      public: { type: bool, default: true }
    rules: { read: "doc.public || auth.id == doc.id" }
  notes:
    fields:
      id: { type: string, primary: true }
      text: { type: string }
      owner_id: { type: string }
      shared: { type: bool, default: false }
      secret: { type: string, nullable: true, rules: { read: "auth.id == doc.owner_id" } }
      author_id: { type: string, references: people.id, nullable: true }
    rules: { read: "doc.shared || auth.id == doc.owner_id" }
  news:
    fields:
      id: { type: string, primary: true }
      at: { type: timestamp }
      note_id: { type: string, references: notes.id, nullable: true }
    rules: { read: "doc.at < request.time" }
  judged:
    fields:
      id: { type: string, primary: true }
    read_in_memory: true
    rules: { read: "doc.id.matches('^a')" }
  vault:
    fields:
      id: { type: string, primary: true }
  goods:
    fields:
      id: { type: string, primary: true }
      price: { type: float }
      cost: { type: float, rules: { read: "doc.price <= (auth.role == 'pro' ? 1.0/0.0 : -1.0/0.0)" } }
    rules: { read: "true" }
  offers:
    fields:
      id: { type: string, primary: true }
      good_id: { type: string, references: goods.id }
      plan_id: { type: string, references: plans.id, nullable: true }
    rules: { read: "true" }
  plans:
    fields:
      id: { type: string, primary: true }
      price: { type: float }
    rules: { read: "doc.price < (auth.role == 'pro' ? 1.0/0.0 : -1.0/0.0)" }
`

const ada = somebody("ada")
const bob = somebody("bob")
let live: TestLive

beforeAll(async () => {
  live = await openLive(yaml)
})

afterAll(() => live.close())

describe("what a subscriber is told obeys the rules for that subscriber", () => {
  test("losing the right to see a document is a delete, gaining it an insert", async () => {
    await live.records.create("notes", { id: "n1", text: "a", owner_id: "ada", shared: true })
    const hers = await live.follow({ collection: "notes" }, { caller: ada })
    const his = await live.follow({ collection: "notes" }, { caller: bob })

    await live.records.update("notes", "n1", { shared: false })
    await his.until(2)
    await live.records.update("notes", "n1", { text: "b", shared: true })
    await his.until(3)

    expect(his.told[1]?.payload).toMatchObject({ changes: { inserts: [], updates: [], deletes: ["n1"] }, total: 0 })
    expect(his.told[2]?.payload).toMatchObject({ changes: { inserts: [{ text: "b" }] }, total: 1 })
    await hers.until(3)
    expect(hers.told.map(({ type }) => type)).toEqual(["snapshot", "delta", "delta"])
    expect(live.core.stats()).toMatchObject({ subscriptions: 2, groups: 2 })
    hers.subscription.end()
    his.subscription.end()
  })

  test("a field that one may not see is absent, and its change is no news", async () => {
    await live.records.create("notes", { id: "n2", text: "x", owner_id: "ada", shared: true, secret: "1" })
    const filter = { id: "n2" }
    const hers = await live.follow({ collection: "notes", filter }, { caller: ada })
    const his = await live.follow({ collection: "notes", filter, fields: "id,text" }, { caller: bob })

    await live.records.update("notes", "n2", { secret: "2" })
    await hers.until(2)
    await live.records.update("notes", "n2", { text: "y" })
    await his.until(2)

    expect(hers.docs[0]).toMatchObject({ secret: "2" })
    expect(his.told).toHaveLength(2)
    expect(JSON.stringify(his.told)).not.toContain("secret")
    hers.subscription.end()
    his.subscription.end()
  })

  test("an expanded document appears and vanishes with the right to see it", async () => {
    await live.records.create("people", { id: "eve", name: "Eve", salary: 5 })
    await live.records.create("notes", { id: "n3", text: "x", owner_id: "bob", author_id: "eve" })
    const his = await live.follow({ collection: "notes", filter: { id: "n3" }, expand: "author" }, { caller: bob })
    expect(his.docs[0]?.["author"]).toMatchObject({ name: "Eve" })

    await live.records.update("people", "eve", { public: false })
    await his.until(2)

    expect(his.docs[0]).not.toHaveProperty("author")
    expect(JSON.stringify(his.told)).not.toContain("salary")
    his.subscription.end()
  })

  test("callers who see the same share a group", async () => {
    const [carl, dora] = [somebody("carl"), somebody("dora")]
    const query = { collection: "notes", filter: { shared: true, owner_id: "ada" } }
    const one = await live.follow(query, { caller: carl })
    const two = await live.follow(
      { ...query, filter: { owner_id: { $eq: "ada" }, shared: { $eq: true } } },
      { caller: carl },
    )
    const three = await live.follow(query, { caller: dora })

    expect(live.core.stats()).toMatchObject({ subscriptions: 3, groups: 2 })
    for (const client of [one, two, three]) client.subscription.end()
  })

  test("callers whose rules bind different infinities share nothing", async () => {
    await live.records.batch([
      { op: "create", collection: "goods", data: { id: "g", price: 9, cost: 4 } },
      { op: "create", collection: "plans", data: { id: "p", price: 5 } },
      { op: "create", collection: "offers", data: { id: "o", good_id: "g", plan_id: "p" } },
    ])
    const pro = somebody("pat", "pro")
    const queries = [{ collection: "goods" }, { collection: "offers", expand: "good" }, { collection: "plans" }]
    const planned = { collection: "offers", expand: "plan" }

    for (const query of [...queries, planned]) {
      const first = await live.follow(query, { caller: pro })
      const second = await live.follow(query, { caller: bob })
      expect(live.core.stats()).toMatchObject({ subscriptions: 2, groups: 2 })
      expect(JSON.stringify(first.docs)).toMatch(/"cost":4|"price":5/)
      expect(JSON.stringify(second.docs)).not.toMatch(/"cost"|"price":5/)
      const resumed = await live.follow({ ...query, since: first.resume }, { caller: bob })
      expect(resumed.told).toMatchObject([{ type: "snapshot", payload: { reset: true } }])
      for (const client of [first, second, resumed]) client.subscription.end()
    }
  })

  test("where nobody but admins may read there is nothing, whatever happens", async () => {
    const his = await live.follow({ collection: "vault" }, { caller: bob })
    const all = await live.follow({ collection: "vault" })

    await live.records.create("vault", { id: "v" })
    await all.until(2)

    expect(his.told).toMatchObject([{ type: "snapshot", payload: { docs: [], total: 0 } }])
    his.subscription.end()
    all.subscription.end()
  })
})

describe("a query is refused", () => {
  const refused = [
    ["a rule that looks at the time", { collection: "news" }, "RULE_NOT_LIVE"],
    [
      "a rule of an expanded collection that looks at the time",
      { collection: "notes", expand: "news" },
      "RULE_NOT_LIVE",
    ],
    ["a rule that is judged in memory", { collection: "judged" }, "RULE_NOT_LIVE"],
    ["an unknown collection", { collection: "nots" }, "COLLECTION_NOT_FOUND"],
    ["an unknown field", { collection: "notes", filter: { txt: 1 } }, "INVALID_FILTER"],
    ["an unknown operator", { collection: "notes", filter: { text: { $equals: "a" } } }, "INVALID_FILTER"],
    ["a value of another type", { collection: "notes", filter: { shared: { $eq: "true" } } }, "INVALID_FILTER"],
    ["an empty condition", { collection: "notes", filter: { text: {} } }, "INVALID_FILTER"],
    ["a filter that is a number", { collection: "notes", filter: 5 as never }, "INVALID_FILTER"],
    ["sorting by a hidden field", { collection: "notes", sort: "secret" }, "FORBIDDEN_FIELD"],
    ["a limit that is too large", { collection: "notes", limit: 501 }, "INVALID_QUERY"],
    ["a member that is not known", { collection: "notes", where: {} } as never, "INVALID_QUERY"],
    ["a name that is none", { collection: 7 as never }, "INVALID_QUERY"],
  ] as const

  test.each(refused)("for %s", async (_name, query, code) => {
    const error = await refusal(() => live.follow(query, { caller: bob }))

    expect(error.code).toBe(code)
    expect(live.core.stats()).toMatchObject({ subscriptions: 0, groups: 0 })
  })

  test("with the nearest right word", async () => {
    const field = await refusal(() => live.follow({ collection: "notes", filter: { txt: "a" } }))
    const operator = await refusal(() => live.follow({ collection: "notes", filter: { text: { $contain: "a" } } }))

    expect(field.next).toBe('Did you mean "text"?')
    expect(operator.next).toBe('Did you mean "$contains"?')
  })

  test("not for an admin, whom no rule concerns", async () => {
    const all = await live.follow({ collection: "news" })

    expect(all.told).toMatchObject([{ type: "snapshot" }])
    all.subscription.end()
  })
})
