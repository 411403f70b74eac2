import { afterAll, beforeAll, describe, expect, test } from "vitest"

import { blogYaml } from "../records/open-records.ts"
import { openLive } from "./open-live.ts"
import type { TestLive } from "./open-live.ts"

let live: TestLive

beforeAll(async () => {
  live = await openLive(blogYaml)
})

afterAll(() => live.close())

async function author(name: string): Promise<string> {
  return String((await live.records.create("users", { email: `${name}@example.com`, name }))["id"])
}

describe("a live query", () => {
  test("begins with a snapshot, and is told what enters, changes and leaves", async () => {
    const ada = await author("ada")
    const first = await live.records.create("posts", { title: "one", slug: "a-1", author_id: ada })
    const client = await live.follow({ collection: "posts", filter: { author_id: ada }, sort: "title" })

    expect(client.told.map(({ type }) => type)).toEqual(["snapshot"])
    expect(client.docs).toEqual([first])
    const second = await live.records.create("posts", { title: "zero", slug: "a-2", author_id: ada })
    await client.until(2)
    expect(client.last.payload.changes).toEqual({
      inserts: [second],
      updates: [],
      deletes: [],
      positions: [[second["id"], 1]],
    })
    expect(client.last.payload.total).toBe(2)
    await live.records.update("posts", String(second["id"]), { title: "a zero" })
    await client.until(3)
    expect(client.docs.map((doc) => doc["title"])).toEqual(["a zero", "one"])
    expect(client.last.payload.total).toBeUndefined()
    await live.records.delete("posts", String(first["id"]))
    await client.until(4)
    expect(client.last.payload.changes).toEqual({ inserts: [], updates: [], deletes: [first["id"]] })
    expect(client.total).toBe(1)
    client.subscription.end()
    expect(live.core.stats()).toMatchObject({ subscriptions: 0, groups: 0 })
  })

  test("stays a window: who leaves the first two is deleted, and the next one is inserted", async () => {
    const bob = await author("bob")
    for (const n of [1, 2, 3, 4]) {
      await live.records.create("posts", { title: `t${n}`, slug: `b-${n}`, author_id: bob, view_count: n })
    }
    const client = await live.follow({
      collection: "posts",
      filter: { author_id: bob },
      sort: ["-view_count"],
      limit: 2,
    })
    expect(client.docs.map((doc) => doc["title"])).toEqual(["t4", "t3"])
    expect(client.total).toBe(4)

    await live.records.update("posts", String(client.docs[0]?.["id"]), { view_count: 0 })
    await client.until(2)

    expect(client.docs.map((doc) => doc["title"])).toEqual(["t3", "t2"])
    expect(client.total).toBe(4)
    client.subscription.end()
  })

  test("tells a changed expanded document as an update of its parent", async () => {
    const cid = await author("cid")
    const post = await live.records.create("posts", { title: "x", slug: "c-1", author_id: cid })
    const client = await live.follow({
      collection: "posts",
      filter: [`author_id:eq:${cid}`],
      expand: ["author", "comments.author"],
    })

    await live.records.update("users", cid, { name: "Cid" })
    await client.until(2)
    expect(client.docs[0]?.["author"]).toMatchObject({ name: "Cid" })
    const dan = await author("dan")
    await live.records.create("comments", { post_id: post["id"], author_id: dan, content: "hi" })
    await client.until(3)
    expect(client.docs[0]?.["comments"]).toMatchObject([{ content: "hi", author: { name: "dan" } }])
    await live.records.update("users", dan, { name: "Dan" })
    await client.until(4)
    expect(client.docs[0]?.["comments"]).toMatchObject([{ author: { name: "Dan" } }])
    client.subscription.end()
    expect(live.warnings).toEqual([])
  })

  test("goes on from where it was", async () => {
    const eve = await author("eve")
    const query = { collection: "posts", filter: { author_id: { $eq: eve } }, sort: "title" }
    const one = await live.records.create("posts", { title: "1", slug: "e-1", author_id: eve })
    const client = await live.follow(query)
    client.subscription.end()
    const since = client.resume

    const unchanged = await live.follow({ ...query, since })
    unchanged.subscription.end()
    client.told.length = 0
    await live.records.create("posts", { title: "0", slug: "e-0", author_id: eve })
    await live.records.delete("posts", String(one["id"]))
    const changed = await live.follow({ ...query, since }, { client })

    expect(unchanged.told.map(({ type }) => type)).toEqual(["resumed"])
    expect(changed.told.map(({ type }) => type)).toEqual(["resumed", "delta"])
    expect(changed.last.payload.changes).toMatchObject({ inserts: [{ title: "0" }], updates: [], deletes: [one["id"]] })
    const fresh = await live.follow({ ...query, limit: 7, since })
    expect(fresh.told[0]).toMatchObject({ type: "snapshot", payload: { reset: true, total: 1 } })
    changed.subscription.end()
    fresh.subscription.end()
  })
})
