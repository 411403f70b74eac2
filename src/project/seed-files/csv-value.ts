import type { Field } from "../../schema/schema.ts"
import type { CsvColumn } from "./csv-columns.ts"

/** A cell as the file has it; quotes tell an empty text from nothing. */
export interface CsvCell {
  readonly text: string
  readonly quoted: boolean
}

/** What a cell says: a value, nothing at all, or what is wrong with it as the end of a sentence. */
export type CsvReading =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "absent" }
  | { readonly kind: "fault"; readonly message: string }

/**
 * Reads a cell by the type of its field. An empty cell is null where the field may be null; else the default, by
 * leaving the field out; else an empty text, if the field is one. An empty cell in quotes is an empty text.
 */
export function readCsvCell({ field, path, isRelation }: CsvColumn, { text, quoted }: CsvCell): CsvReading {
  // Nobody is named.
  if (path.length > 1 && text === "") return { kind: "value", value: null }
  const isText = field.type === "string" || field.type === "text"
  if (text === "" && !(quoted && isText && !isRelation)) return emptyCell(field, isText && !isRelation)
  const value = valueOf(field, text)
  if (value !== undefined) return { kind: "value", value }
  if (isRelation) return { kind: "value", value: text }
  return { kind: "fault", message: `must be ${expected[field.type] ?? "a value of its type"}, and is ${shown(text)}` }
}

const expected: { readonly [type in Field["type"]]?: string } = {
  int: "a whole number",
  float: "a number",
  bool: "true or false",
  json: "JSON",
}

function emptyCell(field: Field, isText: boolean): CsvReading {
  if (field.nullable) return { kind: "value", value: null }
  if (field.default !== null) return { kind: "absent" }
  return { kind: "value", value: isText ? "" : null }
}

/** Undefined when the text is no value of the type. What else a field demands is judged with the document. */
function valueOf(field: Field, text: string): unknown {
  switch (field.type) {
    case "int":
    case "float":
      return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text.trim()) ? Number(text) : undefined
    case "bool":
      return booleans.get(text.trim().toLowerCase())
    case "json":
      return parsedOf(text)
    case "uuid":
    case "string":
    case "text":
    case "timestamp":
    case "blob":
      return text
  }
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
])

function parsedOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const shownLengthMax = 60

function shown(text: string): string {
  return JSON.stringify(text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)}…` : text)
}
