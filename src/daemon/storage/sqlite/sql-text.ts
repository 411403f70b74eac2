import type { SqlValue } from "../database.ts"

/** Writes a value as SQL text, for the places where nothing can be bound: DEFAULT, CHECK and triggers. */
export function quoteValue(value: SqlValue): string {
  if (value === null) return "NULL"
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString("hex")}'`
  if (typeof value === "bigint" || Number.isFinite(value)) return String(value)
  throw new TypeError("Only a finite number, a text, bytes and null have a form in SQL.")
}

/** The time of the statement as timestamps are stored: UTC with milliseconds. */
export const nowExpression = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"

/** A new UUIDv7 out of what is built into SQLite, at the given milliseconds since the epoch (an SQL expression). */
export function uuidExpression(milliseconds: string): string {
  const random = "random()"
  return (
    `printf('%08x-%04x-7%03x-%04x-%012x', ${milliseconds} >> 16, ${milliseconds} & 65535, ` +
    `${random} & 4095, 32768 | (${random} & 16383), ${random} & 281474976710655)`
  )
}

/** The milliseconds since the epoch of the running statement. */
export const nowMillisecondsExpression = "CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER)"
