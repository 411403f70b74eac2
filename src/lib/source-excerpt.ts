import type { SourceLocation } from "./source-location.ts"

/** How an excerpt is shown. */
export interface ExcerptOptions {
  /** Covers the values of keys outside the marked range, for files that hold secrets. */
  readonly hideValues?: boolean
}

/**
 * Shows a place in a text as a compiler would: the line before, the line, and a caret line under it. A place with the
 * length 0 is one that must not be shown.
 *
 *   13 |       title:
 *   14 |         type: textt
 *      |               ^^^^^
 */
export function sourceExcerpt(text: string, at: SourceLocation, { hideValues = false }: ExcerptOptions = {}): string {
  const lines = text.split(/\r?\n/)
  const line = lines[at.line - 1]
  if (line === undefined || at.length === 0) return ""
  const before = lines[at.line - 2]
  const width = String(at.line).length
  const gutter = (number: number | string): string => `${String(number).padStart(width + 2)} | `
  const start = Math.min(at.column - 1, line.length)
  const end = Math.min(start + Math.max(1, at.length ?? 1), Math.max(line.length, start + 1))
  const cover = (shown: string, from: number, to: number): string => (hideValues ? coverValues(shown, from, to) : shown)

  const excerpt: string[] = []
  if (before !== undefined && before.trim() !== "") excerpt.push(gutter(at.line - 1) + clip(cover(before, 0, 0), 0))
  const shift = start > lineWidthMax - contextWidth ? start - contextWidth : 0
  excerpt.push(gutter(at.line) + clip(cover(line, start, end), shift))
  const left = shift === 0 ? 0 : shift - 1
  const carets = "^".repeat(Math.max(1, Math.min(end, shift + lineWidthMax) - start))
  excerpt.push(gutter("") + line.slice(left, start).replaceAll(/[^\t]/g, " ") + carets)
  return excerpt.join("\n")
}

/** A longer line is cut, so that a minified file does not flood the screen. */
const lineWidthMax = 160

/** How much is shown before a place that stands further right than a line is wide. */
const contextWidth = 60

/** The line from a column on, with an ellipsis where something is left out. */
function clip(line: string, shift: number): string {
  const head = shift === 0 ? "" : "…"
  const tail = line.length > shift + lineWidthMax ? "…" : ""
  return head + line.slice(shift, shift + lineWidthMax) + tail
}

/** Puts a dot for every character of a value, except between two columns. */
function coverValues(line: string, keepFrom: number, keepTo: number): string {
  return line.replaceAll(
    /((?:^|[\s{,[])[\w"'.-]+\s*:\s+|^\s*-\s+)([^\s{[#][^,}\]#]*)/g,
    (whole, key: string, value: string, offset: number) => {
      if (/^[\w"'.-]+\s*:(\s|$)/.test(value)) return whole
      const at = offset + key.length
      return key + value.replaceAll(/[^]/g, (unit, index: number) => (isKept(at + index) ? unit : "•"))
    },
  )

  function isKept(column: number): boolean {
    return column >= keepFrom && column < keepTo
  }
}
