import { describe, expect, test } from "vitest"

import { countOf, showBytes, showCount, showMs, showSeconds, showTime } from "../../src/ui/amount.ts"
import { paintColours, paintNothing } from "../../src/ui/paint.ts"
import { printable } from "../../src/ui/printable.ts"
import { renderTable } from "../../src/ui/table.ts"
import { wrapText } from "../../src/ui/wrap-text.ts"

describe("amounts", () => {
  test.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1536, "1.5 KB"],
    [250 * 1024 ** 2, "250 MB"],
    [3.2 * 1024 ** 3, "3.2 GB"],
  ])("%d bytes are %s", (bytes, shown) => {
    expect(showBytes(bytes)).toBe(shown)
  })

  test.each([
    [0.4, "0 s"],
    [59, "59 s"],
    [3_700, "1 h 1 min"],
    [90_061, "1 d 1 h"],
    [86_400, "1 d"],
  ])("%d seconds are %s", (seconds, shown) => {
    expect(showSeconds(seconds)).toBe(shown)
  })

  test("milliseconds keep the digits that say something", () => {
    expect([0.412, 12.6, 1_530].map(showMs)).toEqual(["0.4 ms", "13 ms", "1.53 s"])
  })

  test("counts are grouped and agree with their noun", () => {
    expect([showCount(999), showCount(1_234_567), countOf(1, "file"), countOf(0, "file")]).toEqual([
      "999",
      "1,234,567",
      "1 file",
      "0 files",
    ])
  })

  test("a time that is none does not break the line", () => {
    expect(showTime("2026-11-21T08:30:15.123Z")).toMatch(/^\d\d:30:15$/)
    expect(showTime("soon")).toBe("--:--:--")
  })
})

describe("printable", () => {
  test("shows what would move the cursor, hide text or change its direction", () => {
    expect(printable("a\u001B[2Jb\u0007c\r\nd\u202Ee\u009Bf")).toBe("a\\e[2Jb\\u0007c\\r\\nd\\u202ee\\u009bf")
  })

  test("keeps lines where they are wanted, and letters everywhere", () => {
    expect(printable("é\n\t日本", { keepLines: true })).toBe("é\n\t日本")
  })
})

describe("renderTable", () => {
  test("sets columns by what is seen, not by the colours", () => {
    const rows = [
      [paintColours("name", "a"), "1"],
      ["long", "100"],
    ]

    expect(renderTable(rows, { right: [1], indent: 1 })).toBe(` ${paintColours("name", "a")}       1\n long  100`)
  })

  test("of nothing is nothing", () => {
    expect(renderTable([])).toBe("")
  })
})

describe("wrapText", () => {
  test("breaks between words, keeps paragraphs, and lets a long word be", () => {
    const text = `one two three four five six\n\n${"x".repeat(30)} y`

    expect(wrapText(text, { columns: 24, indent: 2 })).toBe(
      `  one two three four\n  five six\n\n  ${"x".repeat(30)}\n  y`,
    )
  })
})

test("paint without colours leaves the text alone", () => {
  expect(paintNothing("bad", "text")).toBe("text")
})
