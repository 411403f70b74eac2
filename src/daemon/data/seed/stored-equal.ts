import type { SqlValue } from "../../storage/database.ts"

/** Tells whether two stored values are the same. */
export function isStoredEqual(one: SqlValue | undefined, other: SqlValue | undefined): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other) === 0
  if (typeof one === "bigint" || typeof other === "bigint") return String(one) === String(other)
  return one === other
}

/** A text that stored values share only when they are the same. */
export function storedText(value: SqlValue | undefined): string {
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString("base64")}`
  if (typeof value === "string") return `s${JSON.stringify(value)}`
  return value === null || value === undefined ? "n" : `d${String(value)}`
}
