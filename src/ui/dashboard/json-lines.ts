import type { Paint } from "../paint.ts"
import { printable } from "../printable.ts"

/** Finds the parts of pretty-printed JSON: a name with its colon, a string, or a word or number. */
const parts = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** A body as lines: JSON is pretty-printed and coloured, other text stays as it is. */
export function bodyLines(body: string, paint: Paint): readonly string[] {
  const parsed = parseJson(body)
  if (parsed === undefined) return body.split("\n").map((line) => printable(line.replaceAll("\t", "  ")))
  return JSON.stringify(parsed.value, null, 2)
    .split("\n")
    .map((line) => paintJson(printable(line), paint))
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

function paintJson(line: string, paint: Paint): string {
  return line.replaceAll(parts, (whole, text?: string, colon?: string) => {
    if (text === undefined) return paint("warn", whole)
    return colon === undefined ? paint("good", text) : paint("name", text) + colon
  })
}
