import { expect, onTestFinished, test } from "vitest"

import { openRecords } from "../records/open-records.ts"
import { GivingUp } from "./giving-up.ts"
import { TestLive, openLive } from "./open-live.ts"
import { threadMs } from "../../helpers/thread-time.ts"

const textsSchema = `
collections:
  texts:
    timestamps: false
    fields:
      body: { type: text }
`

async function openTexts(): Promise<TestLive> {
  const live = await openLive(textsSchema)
  onTestFinished(() => live.close())
  return live
}

/** Looks until it is ended how long this thread computes before it looks at a timer, at worst: so long everybody waits. */
function watchWaits(): { worstMs: number; end(): void } {
  const watch = { worstMs: 0, end: () => clearInterval(timer) }
  let lastMs = threadMs()
  const timer = setInterval(() => {
    const nowMs = threadMs()
    watch.worstMs = Math.max(watch.worstMs, nowMs - lastMs)
    lastMs = nowMs
  }, 5)
  return watch
}

test.each([
  ["a pattern", { $like: `%${"a_".repeat(1_900)}b%` }, `${"a".repeat(3_800)}b`],
  ["a part", { $contains: `${"a".repeat(3_900)}b` }, `${"a".repeat(3_900)}b`],
])(
  "%s that takes long on one text holds nobody up, and what it finds is told",
  { timeout: 240_000 },
  async (...row) => {
    const [, condition, match] = row
    const live = await openTexts()
    const client = await live.follow({ collection: "texts", filter: { body: condition }, fields: ["id"] })
    const waits = watchWaits()

    const long = await live.records.create("texts", { body: "a".repeat(100_000) })
    await live.records.create("texts", { body: match })
    await client.until(2)
    waits.end()

    expect(waits.worstMs).toBeLessThan(500)
    expect(client.total).toBe(1)
    expect(client.docs).not.toContainEqual({ id: long["id"] })
    expect(live.warnings).toEqual([])
  },
)

test.each([
  ["searches texts", { body: { $like: "%b%" } }, true],
  ["compares values", { body: "b" }, false],
])("what changed is read with an eye on the time where a query %s: %j", async (_, filter, isWatched) => {
  const records = await openRecords(textsSchema)
  let briefCount = 0
  const giving = new GivingUp(records.parts.database, () => (briefCount += 1) > 0 && isFollowed)
  let isFollowed = false
  const live = new TestLive(records, 60_000, giving)
  await live.core.start()
  onTestFinished(() => live.close())
  const client = await live.follow({ collection: "texts", filter })
  isFollowed = true
  briefCount = 0

  const created = await live.records.create("texts", { body: "b" })
  await client.until(2)

  expect(client.docs).toEqual([created])
  expect(briefCount > 0).toBe(isWatched)
})
