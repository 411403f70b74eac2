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

test("the line before keeps the value of a secret to itself", () => {
  const text = 'jwt:\n  secret: "do not show this"\n  access_ttl: 15q\n'

  const excerpt = sourceExcerpt(text, { file: "alyx.yaml", line: 3, column: 15, length: 3 })

  expect(excerpt).toContain("secret: …")
  expect(excerpt).not.toContain("do not show")
})
