import { stripVTControlCharacters } from "node:util"

import { pieces } from "./fit-text.ts"

/** How many lines one line may become: what comes after is of no use to a person. */
const brokenMax = 200

/**
 * Breaks a line, painted or not, between words where there is a blank in its second half, else at the edge. It goes on
 * under its beginning, in the same colours.
 */
export function breakLine(line: string, columns: number): readonly string[] {
  const plain = stripVTControlCharacters(line)
  const indent = Math.min(plain.length - plain.trimStart().length, Math.floor(columns / 2))
  const lines: string[] = []
  let current = ""
  let colours = ""
  let cells = 0
  let blank: { readonly length: number; readonly cells: number; readonly colours: string } | null = null
  for (const { text, width } of pieces(line)) {
    if (width === 0) {
      current += text
      if (text.length > 1) colours = /\[(0|22|39)m$/.test(text) ? "" : colours + text
      continue
    }
    if (cells + width > columns) {
      const cut = text === " " ? null : blank
      const kept = cut === null ? current : current.slice(0, cut.length)
      const open = cut === null ? colours : cut.colours
      lines.push(open === "" ? kept : `${kept}\u001B[0m`)
      if (lines.length >= brokenMax) return lines
      current = " ".repeat(indent) + open + (cut === null ? "" : current.slice(cut.length))
      cells = indent + (cut === null ? 0 : cells - cut.cells)
      blank = null
      // The blank that the line is broken at is not shown.
      if (text === " ") continue
    }
    current += text
    cells += width
    if (text === " " && cells > columns / 2) blank = { length: current.length, cells, colours }
  }
  return [...lines, current]
}
