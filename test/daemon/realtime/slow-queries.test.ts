import { expect, onTestFinished, test } from "vitest"

import type { SlowReader } from "../../../src/daemon/storage/database.ts"
import { alyxError } from "../../../src/errors.ts"
import type { ErrorCode } from "../../../src/errors.ts"
import { parseSchema } from "../../../src/schema/parse.ts"
import { ownerCaller } from "../../helpers/owner-caller.ts"
import { openRecords } from "../records/open-records.ts"
import { GivingUp } from "./giving-up.ts"
import { TestLive } from "./open-live.ts"

const notesSchema = `
collections:
  notes:
    fields:
      id: { type: string, primary: true }
      n: { type: int, default: 0 }
    timestamps: false
`

/** Live queries that are all read by another process, and a hand on how. */
async function openSlow(readSlow?: (read: SlowReader["readSlow"]) => SlowReader["readSlow"]): Promise<TestLive> {
  const records = await openRecords(notesSchema)
  const database = new GivingUp(records.database.database, () => true)
  if (readSlow !== undefined) database.readSlow = readSlow(database.readSlow.bind(database))
  const live = new TestLive(records, 60_000, database)
  await live.core.start()
  onTestFinished(() => live.close())
  for (const id of ["a", "b", "c"]) await live.records.create("notes", { id })
  return live
}

/** A reader that refuses so often when it is told to. */
function refusing(code: ErrorCode): {
  count: number
  readonly wrap: (read: SlowReader["readSlow"]) => SlowReader["readSlow"]
} {
  const refusal = {
    count: 0,
    wrap:
      (read: SlowReader["readSlow"]): SlowReader["readSlow"] =>
      (queries) => {
        refusal.count -= 1
        return refusal.count >= 0 ? Promise.reject(alyxError(code)) : read(queries)
      },
  }
  return refusal
}

test("a write that concerns more slow queries than may wait at once ends none, and leaves a reader to lists", async () => {
  const count = { underWay: 0, most: 0 }
  const live = await openSlow((read) => async (queries) => {
    count.underWay += 1
    count.most = Math.max(count.most, count.underWay)
    return read(queries).finally(() => (count.underWay -= 1))
  })
  const query = { collection: "notes", sort: "id", limit: 2 }
  const clients = await Promise.all(
    Array.from({ length: 80 }, (_, index) => live.follow({ ...query, filter: { n: { $ne: index + 1 } } })),
  )

  await live.records.delete("notes", "a")
  await Promise.all(clients.map((client) => client.until(2)))

  for (const { told, docs } of clients) {
    expect(told.map(({ type }) => type)).toEqual(["snapshot", "delta"])
    expect(docs.map(({ id }) => id)).toEqual(["b", "c"])
  }
  expect(count.most).toBe(1)
  expect(live.warnings).toEqual([])
})

test.each(["OVERLOADED", "DATABASE_BUSY"] as const)("%s ends no subscription, however often", async (code) => {
  const refusal = refusing(code)
  const live = await openSlow(refusal.wrap)
  const client = await live.follow({ collection: "notes", sort: "id", limit: 2 })

  refusal.count = 6
  await live.records.delete("notes", "a")
  await client.until(2)

  expect(client.last.type).toBe("delta")
  expect(client.docs.map(({ id }) => id)).toEqual(["b", "c"])
  expect(refusal.count).toBeLessThan(0)
  expect(live.warnings).toEqual([])
})

test("a query that took too long is tried again, and ended when it always does", async () => {
  const refusal = refusing("QUERY_TIMEOUT")
  const live = await openSlow(refusal.wrap)
  for (const id of ["d", "e"]) await live.records.create("notes", { id })
  const client = await live.follow({ collection: "notes", sort: "id", limit: 1 })

  for (const [id, told] of [
    ["a", 2],
    ["b", 3],
  ] as const) {
    refusal.count = 3
    await live.records.delete("notes", id)
    await client.until(told)
    expect(client.last.type).toBe("delta")
  }
  refusal.count = 100
  await live.records.delete("notes", "c")
  await client.until(4)

  expect(client.last).toMatchObject({ type: "error", code: "QUERY_TIMEOUT" })
  expect(refusal.count).toBe(95)
})

test.each([
  ["they leave", "SUBSCRIPTION_NOT_FOUND"],
  ["the server stops", "SHUTTING_DOWN"],
])("what nobody waits for is not read: %s", async (what, code) => {
  const held = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  let readCount = 0
  const live = await openSlow((read) => async (queries) => {
    readCount += 1
    reached.resolve()
    await held.promise
    return read(queries)
  })
  const first = Promise.allSettled([live.follow({ collection: "notes" })])
  await reached.promise
  let isGone = false
  const others = [1, 2, 3].map((n) => {
    const request = { caller: ownerCaller("req_test"), query: { collection: "notes", filter: { n } } }
    return live.core.subscribe(request, { deliver: () => undefined, isGone: () => isGone })
  })
  isGone = what === "they leave"
  const stopped = isGone ? undefined : live.core.stop()
  held.resolve()
  const outcomes = await Promise.allSettled(others)
  await stopped

  expect(await first).toMatchObject([{ status: isGone ? "fulfilled" : "rejected" }])
  expect(outcomes).toMatchObject([1, 2, 3].map(() => ({ status: "rejected", reason: { code } })))
  expect(readCount).toBe(1)
  expect(live.core.stats()).toMatchObject({ subscriptions: isGone ? 1 : 0 })
})

test("who could not follow a slow query is told everything when it has been read elsewhere, and not before", async () => {
  let held = Promise.withResolvers<void>()
  held.resolve()
  let readCount = 0
  const live = await openSlow((read) => async (queries) => {
    readCount += 1
    await held.promise
    return read(queries)
  })
  const query = { collection: "notes", sort: "id", limit: 2 }
  const clients = await Promise.all(Array.from({ length: 20 }, () => live.follow(query)))
  const [unready, ...others] = clients

  held = Promise.withResolvers<void>()
  readCount = 0
  await live.records.delete("notes", "a")
  await expect.poll(() => readCount).toBe(1)
  let isReady = false
  unready?.subscription.refresh(() => isReady)
  for (const { subscription } of others) {
    subscription.refresh(() => true)
    subscription.refresh(() => true)
  }
  await new Promise((resolve) => setTimeout(resolve, 20))
  // What the group shows is known, though it is not the newest, and is told without being read again.
  expect(others.map(({ told }) => told.length)).toEqual(others.map(() => 2))
  held.resolve()
  await Promise.all(others.map((client) => client.until(3)))

  for (const { told, docs, faults } of others) {
    expect(told.map(({ type }) => type)).toEqual(["snapshot", "snapshot", "delta"])
    expect(told[1]?.payload).toMatchObject({ reset: true, seq: told[0]?.payload.seq })
    expect(docs.map(({ id }) => id)).toEqual(["b", "c"])
    expect(faults).toEqual([])
  }
  expect(readCount).toBe(1)
  expect(unready?.told).toHaveLength(1)
  isReady = true
  unready?.subscription.refresh(() => isReady)
  await unready?.until(2)
  expect(unready?.docs.map(({ id }) => id)).toEqual(["b", "c"])
  expect(readCount).toBe(1)
})

test("a query that became too slow while its client was away is read elsewhere, and nothing is told until then", async () => {
  const held = Promise.withResolvers<void>()
  const records = await openRecords(notesSchema)
  let isSlow = false
  let readCount = 0
  const database = new GivingUp(records.database.database, () => isSlow)
  const readSlow = database.readSlow.bind(database)
  database.readSlow = async (queries) => {
    readCount += 1
    await held.promise
    return readSlow(queries)
  }
  const live = new TestLive(records, 60_000, database)
  await live.core.start()
  onTestFinished(() => live.close())
  for (const id of ["a", "b", "c"]) await live.records.create("notes", { id })
  const query = { collection: "notes", sort: "id", limit: 2 }
  const [away, there] = [await live.follow(query), await live.follow(query)]

  isSlow = true
  await live.records.delete("notes", "a")
  away.subscription.refresh(() => true)
  await expect.poll(() => readCount).toBe(1)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect([away.told.length, there.told.length]).toEqual([1, 1])
  held.resolve()
  await Promise.all([away.until(2), there.until(2)])

  expect([away.last.type, there.last.type]).toEqual(["snapshot", "delta"])
  expect(away.last.payload).toMatchObject({ reset: true, seq: there.last.payload.seq })
  expect(away.docs).toEqual(there.docs)
  expect(readCount).toBe(1)
})

test("a snapshot that is asked for outlives refusals of the moment and another schema", async () => {
  const refusal = refusing("OVERLOADED")
  const live = await openSlow(refusal.wrap)
  const client = await live.follow({ collection: "notes", sort: "id", limit: 2 })

  refusal.count = 2
  await live.records.delete("notes", "a")
  await expect.poll(() => refusal.count).toBeLessThan(2)
  client.subscription.refresh(() => false)
  live.records.schemas.swap(
    parseSchema(notesSchema.replace("default: 0", "default: 1"), "schema.yaml").schema ?? live.records.schema,
  )
  live.signals.nudge("schema")
  await client.until(2)

  expect(client.last).toMatchObject({ type: "snapshot", payload: { reset: true } })
  expect(client.docs.map(({ id }) => id)).toEqual(["b", "c"])
  await live.records.delete("notes", "b")
  await client.until(3)
  expect(client.last.type).toBe("delta")
  expect(client.docs.map(({ id }) => id)).toEqual(["c"])
})

test("many who read on at once are told in several turns, so that others are answered in between", async () => {
  const live = new TestLive(await openRecords(notesSchema), 60_000)
  await live.core.start()
  onTestFinished(() => live.close())
  const clients = await Promise.all(
    Array.from({ length: 30 }, (_, index) => live.follow({ collection: "notes", limit: index + 1 })),
  )

  for (const client of clients) {
    client.onTold = () => {
      const endsAtMs = performance.now() + 2
      while (performance.now() < endsAtMs);
    }
    client.subscription.refresh(() => true)
  }
  await clients[0]?.until(2)
  const toldAtOnce = clients.filter(({ told }) => told.length > 1).length
  await Promise.all(clients.map((client) => client.until(2)))

  expect(toldAtOnce).toBeLessThanOrEqual(3)
  expect(clients.map(({ told }) => told.length)).toEqual(clients.map(() => 2))
})
