import { stripVTControlCharacters } from "node:util"

import { pieces } from "./fit-text.ts"

/** How many lines one line may become: what comes after is of no use to a person. */
const brokenMax = 200

/** Breaks a line, painted or not, wherever it meets the edge; it goes on under its beginning, in the same colours. */
export function breakLine(line: string, columns: number): readonly string[] {
  const plain = stripVTControlCharacters(line)
  const indent = Math.min(plain.length - plain.trimStart().length, Math.floor(columns / 2))
  const lines: string[] = []
  let current = ""
  let colours = ""
  let cells = 0
  for (const { text, width } of pieces(line)) {
    if (width === 0) {
      current += text
      if (text.length > 1) colours = /\[(0|39|22)m$/.test(text) ? "" : colours + text
      continue
    }
    if (cells + width > columns) {
      lines.push(`${current}${colours === "" ? "" : "\u001B[0m"}`)
      if (lines.length >= brokenMax) return lines
      current = " ".repeat(indent) + colours
      cells = indent
    }
    current += text
    cells += width
  }
  return [...lines, current]
}
