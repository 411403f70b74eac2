import type { SourceLocation } from "./source-location.ts"

/** A range of the text that a scalar means. */
export interface TextRange {
  readonly start: number
  readonly end: number
}

/**
 * Finds where a part of a scalar's text stands in the file. The source differs from the text by quotes, escapes,
 * indentation and folded lines, so that both are walked side by side. Returns the place of the whole scalar when they
 * do not go together, as where an alias stands.
 */
export function placeInScalar(source: string, scalar: SourceLocation, text: string, range: TextRange): SourceLocation {
  const offsets = offsetsOf(source, scalar, text)
  if (offsets === null) return scalar
  const start = offsets[Math.min(range.start, text.length - 1)]
  const last = offsets[Math.max(range.start, Math.min(range.end, text.length) - 1)]
  if (start === undefined) return scalar
  const before = source.slice(0, start)
  const lineStart = before.lastIndexOf("\n") + 1
  const lineEnd = source.indexOf("\n", start)
  const end = Math.min((last ?? start) + 1, lineEnd === -1 ? source.length : lineEnd)
  // What is missing at the end of a rule stands behind it.
  const shift = range.start >= text.length ? 1 : 0
  const line = before.split("\n").length
  return { file: scalar.file, line, column: start - lineStart + 1 + shift, length: Math.max(1, end - start - shift) }
}

/** The offset in the source of every character of the text, or null. */
function offsetsOf(source: string, scalar: SourceLocation, text: string): readonly number[] | null {
  const begin = offsetOf(source, scalar)
  const style = source[begin] ?? ""
  let at = begin
  if (style === '"' || style === "'") at += 1
  if (style === "|" || style === ">") at = source.indexOf("\n", begin) + 1
  if (at === 0) return null
  const offsets: number[] = []
  for (let index = 0; index < text.length; index += 1) {
    at = skipWhiteSpace(source, at, text[index]!)
    const length = sourceLength(source, at, style)
    const isEscape = length > 1
    if (at >= source.length) return null
    if (!isEscape && source[at] !== text[index]) {
      // A folded line break is a space of the text that the source does not have.
      if (!/\s/.test(text[index]!)) return null
      offsets.push(Math.max(begin, at - 1))
      continue
    }
    offsets.push(at)
    at += length
    // One escape may stand for two code units.
    if (isEscape && text.codePointAt(index)! > 0xffff) offsets.push(offsets[index++]!)
  }
  return offsets
}

function offsetOf(source: string, { line, column }: SourceLocation): number {
  let offset = 0
  for (let count = 1; count < line; count += 1) {
    const next = source.indexOf("\n", offset)
    if (next === -1) return source.length
    offset = next + 1
  }
  return offset + column - 1
}

function skipWhiteSpace(source: string, from: number, wanted: string): number {
  let at = from
  while (at < source.length) {
    const unit = source[at]!
    if (unit === wanted) return at
    // A line that ends in a backslash goes on without a space.
    const isContinued = unit === "\\" && /^\\\r?\n/.test(source.slice(at, at + 3))
    if (!isContinued && !/\s/.test(unit)) return at
    at += 1
  }
  return at
}

/** How many characters of the source stand for one of the text. */
function sourceLength(source: string, at: number, style: string): number {
  if (style === "'" && source.startsWith("''", at)) return 2
  if (style !== '"' || source[at] !== "\\") return 1
  const digits = { x: 2, u: 4, U: 8 }[source[at + 1] ?? ""] ?? 0
  return 2 + digits
}
