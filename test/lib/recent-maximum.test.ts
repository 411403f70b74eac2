import { expect, test } from "vitest"

import { RecentMaximum } from "../../src/lib/recent-maximum.ts"

test("the largest of the last minute is told as often as somebody asks, and forgotten after that", () => {
  let nowMs = 0
  const slowest = new RecentMaximum(() => nowMs)
  expect(slowest.value).toBe(0)

  slowest.add(7)
  nowMs += 30_000
  slowest.add(5)
  slowest.add(3)

  expect([slowest.value, slowest.value]).toEqual([7, 7])
  nowMs += 35_000
  expect(slowest.value).toBe(5)
  nowMs += 35_000
  expect(slowest.value).toBe(0)
})
