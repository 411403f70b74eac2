import type { SourceLocation } from "./source-location.ts"

/**
 * Shows a place in a text as a compiler would: the line before, the line, and a caret line under it.
 *
 *   13 |       title:
 *   14 |         type: textt
 *      |               ^^^^^
 */
export function sourceExcerpt(text: string, at: SourceLocation): string {
  const lines = text.split(/\r?\n/)
  const line = lines[at.line - 1]
  if (line === undefined || at.length === 0) return ""
  const before = lines[at.line - 2]
  const width = String(at.line).length
  const gutter = (number: number | string): string => `${String(number).padStart(width + 2)} | `
  const shown: string[] = []
  if (before !== undefined && before.trim() !== "")
    shown.push(gutter(at.line - 1) + clip(before.replace(secretValue, "$1…")))
  shown.push(gutter(at.line) + clip(line))
  const start = Math.min(at.column - 1, lineWidthMax)
  const length = Math.max(1, Math.min(at.length ?? 1, line.length - start, lineWidthMax - start))
  const indent = line.slice(0, start).replaceAll(/[^\t]/g, " ")
  shown.push(gutter("") + indent + "^".repeat(length))
  return shown.join("\n")
}

/** The value of a key that sounds like a secret: the line before is only shown for orientation. */
const secretValue = /^([\s-]*[\w-]*(?:secret|token|password)[\w-]*\s*:\s*)\S.*$/i

/** A longer line is cut, so that a minified file does not flood the screen. */
const lineWidthMax = 160

function clip(line: string): string {
  return line.length > lineWidthMax ? `${line.slice(0, lineWidthMax)}…` : line
}
