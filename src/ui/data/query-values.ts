import type { QueryRow, QueryValue } from "../../client/query-answer.ts"

/** What a value is in JSON: bytes as base64, and what JSON has no number for as a text. */
export function jsonOf(value: QueryValue): string | number | null {
  if (value === null || typeof value !== "object") return value
  return "base64" in value ? value.base64 : "integer" in value ? value.integer : value.real
}

/** A row as an object; of two columns with one name the second gets a number. */
export function objectOf(columns: readonly string[], row: QueryRow): Record<string, string | number | null> {
  return Object.fromEntries(uniqueNames(columns).map((name, index) => [name, jsonOf(row[index] ?? null)]))
}

function uniqueNames(columns: readonly string[]): readonly string[] {
  const seen = new Map<string, number>()
  return columns.map((name) => {
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return count === 1 ? name : `${name}_${count}`
  })
}

/** Nothing at all is null, an empty text is "". */
export function csvLine(values: readonly (string | number | null)[]): string {
  return `${values.map(csvCell).join(",")}\n`
}

function csvCell(value: string | number | null): string {
  if (value === null) return ""
  if (typeof value === "number") return String(value)
  return value === "" || /[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}
