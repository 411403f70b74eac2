import { afterEach, beforeEach, describe, expect, test } from "vitest"

import { changesSince, latestSeq, prunedThrough } from "../../../src/daemon/storage/changes.ts"
import { sqlQuery } from "../../../src/daemon/storage/database.ts"
import { defaultChangeLimits, pruneChanges } from "../../../src/daemon/storage/prune-changes.ts"
import { buildCollection, buildField, buildSchema } from "./build-schema.ts"
import { openTempDatabase } from "./open-temp-database.ts"
import type { TempDatabase } from "./open-temp-database.ts"

let temp: TempDatabase

beforeEach(async () => {
  temp = await openTempDatabase({ schema: buildSchema(buildCollection("notes", [buildField("text")])) })
})

afterEach(() => temp.remove())

async function writeNotes(count: number): Promise<void> {
  const insert = sqlQuery(
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO notes (text) SELECT 'x' || i FROM n",
    [count],
  )
  await temp.database.write((transaction) => transaction.run(insert), { requestId: "req" })
}

const since = (seq: number, limit = 100): ReturnType<typeof changesSince> =>
  temp.database.read((reader) => changesSince(reader, seq, limit))

const clock = { now: () => Date.now() }

describe("changesSince", () => {
  test("gives the changes after a number in their order, a page at a time", async () => {
    await writeNotes(5)

    const page = since(2, 2)

    expect(page).toMatchObject({
      kind: "changes",
      changes: [
        { seq: 3, collection: "notes", operation: "insert", changedFields: [], before: null, requestId: "req" },
        { seq: 4 },
      ],
    })
  })

  test("gives nothing after the newest, and does not know numbers to come", async () => {
    await writeNotes(2)

    expect(since(2)).toEqual({ kind: "changes", changes: [] })
    expect(since(3)).toEqual({ kind: "unknown" })
  })

  test("shows the row before an update and what changed in it", async () => {
    await writeNotes(1)

    await temp.database.write((transaction) => transaction.run(sqlQuery("UPDATE notes SET text = 'y'")))

    expect(since(1)).toMatchObject({
      changes: [{ operation: "update", changedFields: ["text"], before: { text: "x1" }, requestId: null }],
    })
  })
})

describe("pruning", () => {
  test("leaves a log within its limits alone", async () => {
    await writeNotes(10)

    expect(await pruneChanges(temp.database, clock)).toBe(0)
  })

  test("takes the oldest rows over the row limit, at most a thousand a write", async () => {
    await writeNotes(2_500)
    const limits = { ...defaultChangeLimits, rowCountMax: 100 }

    const counts = []
    for (let count = 1; count > 0; counts.push(count)) count = await pruneChanges(temp.database, clock, limits)

    expect(counts).toEqual([1000, 1000, 400, 0])
    expect(since(2_399)).toEqual({ kind: "unknown" })
    expect(since(2_400, 1)).toMatchObject({ kind: "changes", changes: [{ seq: 2_401 }] })
  })

  test("takes rows over the byte limit", async () => {
    await writeNotes(500)

    expect(await pruneChanges(temp.database, clock, { ...defaultChangeLimits, bytesMax: 1_000 })).toBe(500)
  })

  test("takes old rows, and numbers go on after the last one is gone", async () => {
    await writeNotes(3)
    const tomorrow = { now: () => Date.now() + 25 * 60 * 60 * 1000 }

    await pruneChanges(temp.database, tomorrow)
    await writeNotes(1)

    expect(temp.database.read((reader) => [prunedThrough(reader), latestSeq(reader)])).toEqual([3, 4])
    expect(since(3)).toMatchObject({ changes: [{ seq: 4, requestId: "req" }] })
  })
})
