import * as fc from "fast-check"
import { expect, test } from "vitest"

import { formatDuration, formatRate, formatSize, parseDuration, parseRate, parseSize } from "../../src/lib/units.ts"

test.each([
  ["250ms", 250],
  ["30s", 30_000],
  ["15m", 900_000],
  ["24h", 86_400_000],
  ["7d", 604_800_000],
  ["1h30m", 5_400_000],
  ["1.5s", 1_500],
  ["2 H", null],
  ["2H", 7_200_000],
  [" 5s ", 5_000],
  ["0", 0],
  ["0s", 0],
])("the duration %j is %j milliseconds", (text, expected) => {
  expect(parseDuration(text)).toBe(expected)
})

test.each(["", "5", "-5s", "s", "5 minutes", "5m1h", "1s1s", "1e3s", "999999999999999d", "٣s", "5s\n6s"])(
  "%j is no duration",
  (text) => {
    expect(parseDuration(text)).toBeNull()
  },
)

test.each([
  ["512b", 512],
  ["64kb", 65_536],
  ["10MB", 10_485_760],
  ["10 MiB", 10_485_760],
  ["1.5gb", 1_610_612_736],
  ["0", 0],
])("the size %j is %j bytes", (text, expected) => {
  expect(parseSize(text)).toBe(expected)
})

test.each(["", "10", "10m", "-1kb", "kb", "1tb", "1 000kb", "999999999999999gb"])("%j is no size", (text) => {
  expect(parseSize(text)).toBeNull()
})

test.each(["5", "5/", "/minute", "5/fortnight", "-5/minute", "5.5/minute", "5 per minute"])("%j is no rate", (text) => {
  expect(parseRate(text)).toBeNull()
})

test("every duration, size and rate reads back as it was written", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 40), (value) => {
      expect(parseDuration(formatDuration(value))).toBe(value)
      expect(parseSize(formatSize(value))).toBe(value)
    }),
  )
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.constantFrom(1_000, 60_000, 3_600_000, 86_400_000), (count, windowMs) => {
      expect(parseRate(formatRate({ count, windowMs }))).toEqual({ count, windowMs })
    }),
  )
})
