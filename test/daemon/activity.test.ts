import { expect, test } from "vitest"

import { Activity } from "../../src/daemon/activity.ts"

test("the last thousand entries are kept, with their numbers", () => {
  const activity = new Activity(() => new Date(0))
  for (let count = 1; count <= 2_500; count += 1) activity.log("info", `entry ${count}`)

  expect(activity.past({ tail: 5_000 }).map((entry) => entry.seq)).toEqual(
    Array.from({ length: 1_000 }, (_, index) => 1_501 + index),
  )
  expect(activity.past({ tail: 2 })).toMatchObject([{ message: "entry 2499" }, { message: "entry 2500" }])
  expect(activity.past({ tail: 10, afterSeq: 2_498 }).map((entry) => entry.seq)).toEqual([2_499, 2_500])
  expect(activity.past({ tail: 10, afterSeq: 2_500 })).toEqual([])
})

test("large entries make room for each other long before there are a thousand", () => {
  const activity = new Activity(() => new Date(0))
  const line = "x".repeat(100_000)
  for (let count = 1; count <= 200; count += 1) activity.log("warn", line, { more: line })

  const kept = activity.past({ tail: 1_000 })
  const bytes = kept.reduce((sum, entry) => sum + JSON.stringify(entry).length, 0)

  expect(kept.at(-1)!.seq).toBe(200)
  expect(kept.length).toBeGreaterThan(10)
  expect(bytes).toBeLessThanOrEqual(4 * 1024 * 1024)
})

test("fields that are no JSON do not stop the log", () => {
  const activity = new Activity(() => new Date(0))
  const circle: Record<string, unknown> = {}
  circle["self"] = circle

  activity.log("info", "round", circle)

  expect(activity.past({ tail: 1 })).toMatchObject([{ message: "round" }])
})
