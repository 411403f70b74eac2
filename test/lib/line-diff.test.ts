import * as fc from "fast-check"
import { expect, test } from "vitest"

import { diffLines } from "../../src/lib/line-diff.ts"
import { scaled, testSeed } from "../helpers/scale.ts"

test("one changed line is removed and added, and the rest is the same", () => {
  const lines = diffLines("a\nb\nc\n", "a\nx\nc\n")

  expect(lines.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    "same a",
    "removed b",
    "added x",
    "same c",
    "same ",
  ])
})

test("what is not added is the first text, and what is not removed is the second", () => {
  const seed = testSeed()
  process.stdout.write(`seed ${seed}\n`)
  const text = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 12 }).map((lines) => lines.join("\n"))
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after)
      const without = (kind: string): string =>
        lines
          .filter((line) => line.kind !== kind)
          .map((line) => line.text)
          .join("\n")
      expect([without("added"), without("removed")]).toEqual([before, after])
    }),
    { numRuns: scaled(2_000, 200), seed },
  )
})

test("two large texts without a line in common are told apart at once", () => {
  const lines = diffLines(large("a"), large("b"))

  expect(lines).toHaveLength(10_000)
})

function large(word: string): string {
  return Array.from({ length: 5_000 }, (_, index) => `${word}${index}`).join("\n")
}
