import { expect, test } from "vitest"

import { sourceExcerpt } from "../../src/lib/source-excerpt.ts"

test("shows the line before, the line, and a caret under the place", () => {
  expect(sourceExcerpt("a:\n  b: cc\n", { file: "f", line: 2, column: 6, length: 2 })).toBe(
    "  1 | a:\n  2 |   b: cc\n    |      ^^",
  )
})

test("keeps tabs, so that the caret stays under its word", () => {
  expect(sourceExcerpt("\tb: c", { file: "f", line: 1, column: 5 })).toBe("  1 | \tb: c\n    | \t   ^")
})

test("cuts long lines and shows nothing for a line that is not there", () => {
  expect(sourceExcerpt("x".repeat(1_000), { file: "f", line: 1, column: 1, length: 1_000 }).length).toBeLessThan(400)
  expect(sourceExcerpt("a", { file: "f", line: 9, column: 1 })).toBe("")
})

test("values outside the marked range are covered where the file may hold secrets", () => {
  const text = "jwt:\n  secert: hunter2hunter2 # once\njwt: {secret: hunter2, acess_ttl: 5m}\n  - listed\n"
  const shown = (line: number, column: number, length: number): string =>
    sourceExcerpt(text, { file: "alyx.yaml", line, column, length }, { hideValues: true })

  expect(shown(2, 3, 6)).toContain("secert: •")
  expect(shown(3, 24, 9).split("\n")).toEqual([
    "  2 |   secert: •••••••••••••••# once",
    "  3 | jwt: {secret: •••••••, acess_ttl: ••}",
    "    |                        ^^^^^^^^^",
  ])
  expect(shown(3, 35, 2)).toContain("acess_ttl: 5m")
  for (const excerpt of [shown(2, 3, 6), shown(3, 24, 9), shown(4, 3, 1)]) expect(excerpt).not.toContain("hunter")
})

test("of a long line the surroundings of the place are shown, with the caret under it", () => {
  const text = `${"x".repeat(500)} wrong ${"y".repeat(500)}`

  const [line, carets] = sourceExcerpt(text, { file: "a", line: 1, column: 502, length: 5 }).split("\n")

  expect(carets!.indexOf("^^^^^")).toBe(line!.indexOf("wrong"))
  expect(line!.length).toBeLessThan(180)
})
