import { expect, onTestFinished, test } from "vitest"

import { openLive } from "./open-live.ts"
import type { TestLive } from "./open-live.ts"

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

/** Looks until it is ended how long everybody here waits, at worst. */
function watchWaits(): { worstMs: number; end(): void } {
  const watch = { worstMs: 0, end: () => clearInterval(timer) }
  let lastMs = performance.now()
  const timer = setInterval(() => {
    const nowMs = performance.now()
    watch.worstMs = Math.max(watch.worstMs, nowMs - lastMs)
    lastMs = nowMs
  }, 5)
  return watch
}

test.each([
  ["a pattern", { $like: `%${"a_".repeat(1_900)}b%` }, `${"a".repeat(3_800)}b`],
  ["a part", { $contains: `${"a".repeat(3_900)}b` }, `${"a".repeat(3_900)}b`],
])("%s that takes long on one text holds nobody up, and what it finds is told", { timeout: 60_000 }, async (...row) => {
  const [, condition, match] = row
  const live = await openTexts()
  const client = await live.follow({ collection: "texts", filter: { body: condition }, fields: ["id"] })
  const waits = watchWaits()

  const long = await live.records.create("texts", { body: "a".repeat(300_000) })
  await live.records.create("texts", { body: match })
  await client.until(2)
  waits.end()

  expect(waits.worstMs).toBeLessThan(500)
  expect(client.total).toBe(1)
  expect(client.docs).not.toContainEqual({ id: long["id"] })
  expect(live.warnings).toEqual([])
})

test("many texts that are changed at once are searched only as long as nobody has to wait", async () => {
  const live = await openTexts()
  const client = await live.follow({
    collection: "texts",
    filter: { body: { $like: "%a_a_a_a_a_a_a_a_a_a_a_a_a_a_ab%" } },
  })
  const waits = watchWaits()

  const body = "a".repeat(200_000)
  await Promise.all(Array.from({ length: 64 }, () => live.records.create("texts", { body })))
  const last = await live.records.create("texts", { body: "a".repeat(30) + "b" })
  await client.until(2)
  waits.end()

  expect(client.docs).toEqual([last])
  expect(waits.worstMs).toBeLessThan(400)
})
