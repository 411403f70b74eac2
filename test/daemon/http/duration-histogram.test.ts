import { expect, test } from "vitest"

import { DurationHistogram } from "../../../src/daemon/http/duration-histogram.ts"

test("buckets are cumulative, bounds belong to their bucket, and each set of labels counts for itself", () => {
  const histogram = new DurationHistogram({ name: "request_seconds", help: "Time." })

  for (const seconds of [0.0001, 0.0005, 0.003, 3, 11]) histogram.observe("GET", "/", 200, seconds)
  histogram.observe("GET", "/", 404, 0.2)

  const text = histogram.text()
  expect(text).toMatch(/^# HELP request_seconds Time\.\n# TYPE request_seconds histogram\n/)
  const value = (name: string, status: number, le?: string) =>
    Number(
      text
        .split("\n")
        .find((line) =>
          line.startsWith(
            `request_seconds_${name}{method="GET",route="/",status="${status}"${le ? `,le="${le}"` : ""}}`,
          ),
        )
        ?.split(" ")[1],
    )
  expect(["0.0005", "0.001", "0.005", "2.5", "10", "+Inf"].map((le) => value("bucket", 200, le))).toEqual([
    2, 2, 3, 3, 4, 5,
  ])
  expect(value("count", 200)).toBe(5)
  expect(value("sum", 200)).toBeCloseTo(14.0036)
  expect(value("bucket", 404, "0.25")).toBe(1)
  expect(value("count", 404)).toBe(1)
  expect(text.endsWith("\n")).toBe(true)
})
