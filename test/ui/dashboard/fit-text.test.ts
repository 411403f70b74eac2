import { stripVTControlCharacters } from "node:util"

import { describe, expect, test } from "vitest"

import { breakLine } from "../../../src/ui/dashboard/break-line.ts"
import { cellsOf, cutText, fitText } from "../../../src/ui/dashboard/fit-text.ts"
import { paintColours } from "../../../src/ui/paint.ts"

const red = paintColours("bad", "wrong thing")

describe("text in cells", () => {
  test.each([
    ["plain", 5],
    [red, 11],
    ["größe", 5],
    ["日本", 4],
    ["e\u0301", 1],
    ["🎉!", 3],
    ["", 0],
  ])("%j takes %d", (text, cells) => {
    expect(cellsOf(text)).toBe(cells)
  })

  test("what is too long ends with a sign, and never beyond the edge", () => {
    expect(cutText("a long path", 6)).toBe("a lon…")
    expect(cutText("fits", 4)).toBe("fits")
    expect(cutText("日本語", 4)).toBe("日…")
    expect(cutText("anything", 0)).toBe("")
  })

  test("colours end where the text is cut", () => {
    expect(cutText(red, 6)).toBe("\u001B[31mwrong…\u001B[39m")
  })

  test("a fitted text is exactly so wide", () => {
    for (const text of ["x", "日本語", red, "a much longer text"]) expect(cellsOf(fitText(text, 7))).toBe(7)
  })

  test("a broken line loses nothing, and its colour goes on", () => {
    const lines = breakLine(red, 4)

    expect(lines.map((line) => stripVTControlCharacters(line))).toEqual(["wron", "g th", "ing"])
    expect(lines[1]).toContain("\u001B[31m")
    expect(breakLine("  a b c d", 6)).toEqual(["  a b ", "  c d"])
    expect(breakLine("one two three", 9)).toEqual(["one two ", "three"])
    expect(breakLine("short", 10)).toEqual(["short"])
  })
})
