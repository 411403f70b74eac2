import { expect, it } from "vitest"

import { CallStatistics } from "../../../src/daemon/functions/call-statistics.ts"

it("tells nothing of a function that was not called", () => {
  expect(new CallStatistics().read(5_000)).toEqual({
    total: 0,
    failed: 0,
    p50Ms: null,
    p99Ms: null,
    perSecond: Array.from({ length: 60 }, () => 0),
  })
})

it("counts calls and failures, and measures the last 1,000", () => {
  const statistics = new CallStatistics()
  for (let call = 0; call < 500; call += 1) statistics.add({ durationMs: 9_999, hasFailed: true, atMs: 0 })
  for (let call = 1; call <= 1_000; call += 1) statistics.add({ durationMs: call, hasFailed: false, atMs: 0 })

  expect(statistics.read(0)).toMatchObject({ total: 1_500, failed: 500, p50Ms: 500, p99Ms: 990 })
})

it("tells milliseconds to three places", () => {
  const statistics = new CallStatistics()
  statistics.add({ durationMs: 1.0255530000431463, hasFailed: false, atMs: 0 })

  expect(statistics.read(0)).toMatchObject({ p50Ms: 1.026, p99Ms: 1.026 })
})

it("counts the calls of each second, and forgets those of a minute ago", () => {
  const statistics = new CallStatistics()
  const add = (atMs: number): void => statistics.add({ durationMs: 1, hasFailed: false, atMs })
  add(1_000)
  add(1_999)
  add(3_000)

  expect(statistics.read(3_500).perSecond.slice(-4)).toEqual([0, 2, 0, 1])
  expect(statistics.read(62_000).perSecond.filter((count) => count > 0)).toEqual([1])
  expect(statistics.read(200_000).perSecond.every((count) => count === 0)).toBe(true)
})

it("counts calls that were refused as failed, and does not measure them", () => {
  const statistics = new CallStatistics()
  statistics.add({ durationMs: 7, hasFailed: false, atMs: 0 })
  for (let call = 0; call < 5; call += 1) statistics.refuse(0)

  expect(statistics.read(0)).toMatchObject({ total: 6, failed: 5, p50Ms: 7, p99Ms: 7 })
  expect(statistics.read(0).perSecond.at(-1)).toBe(6)
})
