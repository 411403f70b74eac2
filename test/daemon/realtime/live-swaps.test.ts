import { DatabaseSync } from "node:sqlite"

import { afterEach, expect, test } from "vitest"

import { sqlQuery } from "../../../src/daemon/storage/database.ts"
import { writeMeta } from "../../../src/daemon/storage/meta.ts"
import { parseSchema } from "../../../src/schema/parse.ts"
import { openRecords } from "../records/open-records.ts"
import { GivingUp } from "./giving-up.ts"
import { openLive, TestLive } from "./open-live.ts"

const yaml = (more = ""): string => `
collections:
  notes:
    fields:
      id: { type: string, primary: true }
      text: { type: string }
      n: { type: int, default: 0 }
${more}
    timestamps: false
`

let live: TestLive

afterEach(() => live.close())

test("another schema gives every group a snapshot in place of what was, and ends a query that does not fit it", async () => {
  live = await openLive(yaml())
  await live.records.create("notes", { id: "a", text: "x" })
  const fits = await live.follow({ collection: "notes" })
  const unfit = await live.follow({ collection: "notes", filter: { n: 0 } })

  await live.records.database.database.exclusive((connection) => {
    connection.executeRaw("ALTER TABLE notes ADD COLUMN more TEXT")
    connection.executeRaw("CREATE TABLE other(id TEXT PRIMARY KEY) STRICT")
  })
  const changed = yaml("      more: { type: string, nullable: true }").replace(
    "      n: { type: int, default: 0 }\n",
    "",
  )
  live.records.schemas.swap(parseSchema(changed, "schema.yaml").schema!)
  live.signals.nudge("schema")
  await fits.until(2)
  await unfit.until(2)

  expect(fits.last).toMatchObject({
    type: "snapshot",
    payload: { reset: true, docs: [{ id: "a", text: "x", more: null }], total: 1 },
  })
  expect(unfit.last).toMatchObject({ type: "error", code: "INVALID_FILTER" })
  expect(live.core.stats()).toMatchObject({ subscriptions: 1, groups: 1 })
  const since = fits.told[0]!.payload.resume
  const back = await live.follow({ collection: "notes", since })
  expect(back.told[0]).toMatchObject({ type: "snapshot", payload: { reset: true } })
  expect(live.warnings).toEqual([])
})

test("another epoch gives every group a snapshot in place of what was, and old positions lead nowhere", async () => {
  live = await openLive(yaml())
  const client = await live.follow({ collection: "notes" })
  const since = client.resume

  await live.records.database.database.write((transaction) => {
    transaction.run(sqlQuery("INSERT INTO notes (id, text) VALUES ('r', 'restored')"))
    writeMeta(transaction, "epoch", "another")
  })
  await client.until(2)
  const back = await live.follow({ collection: "notes", since })

  expect(client.last).toMatchObject({ type: "snapshot", payload: { reset: true, docs: [{ id: "r" }] } })
  expect(client.resume.startsWith("another:")).toBe(true)
  expect(back.told[0]).toMatchObject({ type: "snapshot", payload: { reset: true } })
})

test("writes of another process are told without a commit of our own, and nothing is asked when nobody follows", async () => {
  let readCount = 0
  const records = await openRecords(yaml())
  const database = new GivingUp(records.database.database, () => false)
  const read = database.read.bind(database)
  database.read = (work) => {
    readCount += 1
    return read(work)
  }
  live = new TestLive(records, 5, database)
  await live.core.start()
  const other = new DatabaseSync(records.database.path)
  const client = await live.follow({ collection: "notes" })

  other.exec("INSERT INTO notes (id, text) VALUES ('o', 'other')")
  await client.until(2)
  client.subscription.end()
  const before = readCount
  await live.records.create("notes", { id: "own", text: "own" })
  other.exec("UPDATE notes SET text = 'again'")
  await new Promise((resolve) => setTimeout(resolve, 40))
  other.close()

  expect(client.last.payload.changes).toMatchObject({ inserts: [{ id: "o" }] })
  expect(readCount).toBe(before)
})

test("a query that is too slow is read by another process, and followed all the same", async () => {
  const records = await openRecords(yaml())
  live = new TestLive(records, 60_000, new GivingUp(records.database.database, () => true))
  await live.core.start()
  for (const id of ["a", "b", "c"]) await records.create("notes", { id, text: id })
  const query = { collection: "notes", sort: "text", limit: 2 }

  const client = await live.follow(query)
  await records.delete("notes", "a")
  await client.until(2)
  const joined = await live.follow(query)
  client.subscription.refresh(() => true)
  const { type, payload } = await client.until(3)
  const gone = live.follow({ ...query, filter: { n: 0 } }).then(({ subscription }) => subscription.end())
  await gone

  expect(client.docs.map((doc) => doc["id"])).toEqual(["b", "c"])
  expect(joined.docs).toEqual(client.docs)
  expect(type).toBe("snapshot")
  expect(payload).toEqual({ ...joined.told[0]?.payload, reset: true })
  expect(live.core.stats()).toMatchObject({ subscriptions: 2, groups: 1 })
})

test("a burst of thousands of changes is told as one difference", async () => {
  live = await openLive(yaml())
  await live.records.create("notes", { id: "a", text: "first" })
  const client = await live.follow({ collection: "notes", sort: "id", limit: 2 })
  const other = new DatabaseSync(live.records.database.path)

  other.exec(
    "INSERT INTO notes (id, text) WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000) " +
      "SELECT printf('n%05d', i), 'x' FROM c",
  )
  other.close()
  await live.records.update("notes", "a", { text: "second" })
  await client.until(2)

  expect(client.told).toHaveLength(2)
  expect(client.docs.map((doc) => doc["text"])).toEqual(["second", "x"])
  expect(client.total).toBe(3001)
})

test("who missed more than the log tells begins again; a full window goes on where nothing touched it", async () => {
  live = await openLive(yaml())
  for (const id of ["a", "b", "c"]) await live.records.create("notes", { id, text: id })
  const query = { collection: "notes", limit: 2 }
  const client = await live.follow(query)
  client.subscription.end()

  const untouched = await live.follow({ ...query, since: client.resume })
  await live.records.update("notes", "c", { text: "z" })
  const touched = await live.follow({ ...query, since: client.resume })
  const future = await live.follow({ ...query, since: client.resume.replace(/:\d+:/, ":999:") })
  await live.records.database.database.write((transaction) => {
    transaction.run(sqlQuery("DELETE FROM _alyx_changes"))
    writeMeta(transaction, "pruned_through", String(touched.last.payload.seq))
  })
  const pruned = await live.follow({ ...query, limit: 100 })
  const wide = await live.follow({ ...query, limit: 100, since: pruned.resume.replace(/:\d+:/, ":1:") })

  expect(untouched.told.map(({ type }) => type)).toEqual(["resumed"])
  for (const client_ of [touched, future, wide]) {
    expect(client_.told).toMatchObject([{ type: "snapshot", payload: { reset: true } }])
  }
})
