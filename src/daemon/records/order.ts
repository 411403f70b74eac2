import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { Field } from "../../schema/schema.ts"
import { quoteName } from "../../lib/sql-name.ts"

/** One key of a sort. Every sort ends with the primary key, so that no two documents are equal. */
export interface SortKey {
  readonly field: Field
  readonly descending: boolean
}

/** The ORDER BY of a sort over the table's alias. SQLite puts NULL first ascending and last descending. */
export function orderBySql(keys: readonly SortKey[], alias: string): string {
  return keys.map(({ field, descending }) => `${alias}.${quoteName(field.name)}${descending ? " DESC" : ""}`).join(", ")
}

/** Compares the sort values of two documents as SQLite's ORDER BY does; below zero when `a` comes first. */
export function compareSortValues(
  keys: readonly SortKey[],
  a: readonly StoredValue[],
  b: readonly StoredValue[],
): number {
  for (const [index, key] of keys.entries()) {
    const order = compareStored(a[index] ?? null, b[index] ?? null)
    if (order !== 0) return key.descending ? -order : order
  }
  return 0
}

/** Compares two stored values of one field: NULL first, numbers by value, text by its UTF-8 bytes. */
export function compareStored(a: StoredValue, b: StoredValue): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null)
  if (typeof a === "string" && typeof b === "string") return compareText(a, b)
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b)
  return a < b ? -1 : a > b ? 1 : 0
}

/** SQLite compares UTF-8 bytes, which is the order of code points; JavaScript's `<` is the order of UTF-16 units. */
function compareText(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left !== right) return codePointRank(left) - codePointRank(right)
  }
  return a.length - b.length
}

/** Lifts surrogates, the units of code points from U+10000 on, over the units U+E000 to U+FFFF. */
function codePointRank(unit: number): number {
  if (unit < 0xd8_00) return unit
  return unit < 0xe0_00 ? unit + 0x20_00 : unit - 0x08_00
}
