import { Buffer } from "node:buffer"
import { hash } from "node:crypto"

import { alyxError } from "../../errors.ts"
import { valueKey } from "../../lib/value-key.ts"
import { isStorableText } from "../../schema/fields/string.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { Field } from "../../schema/schema.ts"
import type { Condition } from "./condition.ts"
import type { SortKey } from "./order.ts"
import { quoteName } from "../../lib/sql-name.ts"

/**
 * A cursor is the place after one document: base64url of `[format, list, ...sort values]`. It is no secret and carries
 * no right: its values are bound to the query like any filter's, so a forged one can only ask for another place in the
 * same list. `list` ties it to the collection, the filters and the sort that it was made for.
 */
const format = 1

/** Longer cursors would not fit into a URL; a sort by long text makes them. */
const cursorLengthMax = 4_000

/** Names a list by everything that decides which documents it holds and in which order. */
export function listFingerprint(
  collection: string,
  conditions: readonly Condition[],
  keys: readonly SortKey[],
): string {
  const filters = conditions.map(({ shape, values }) => JSON.stringify([shape, ...values.map(valueKey)])).toSorted()
  const sort = keys.map(({ field, descending }) => (descending ? `-${field.name}` : field.name))
  return hash("sha256", JSON.stringify([collection, filters, sort]), "base64url").slice(0, 12)
}

/** Writes the cursor that stands after the document with these sort values. */
export function encodeCursor(list: string, keys: readonly SortKey[], values: readonly StoredValue[]): string {
  const cursor = Buffer.from(JSON.stringify([format, list, ...values])).toString("base64url")
  if (cursor.length <= cursorLengthMax) return cursor
  const names = keys.map(({ field }) => field.name).join(", ")
  throw alyxError("INVALID_QUERY", {
    message: `The values of ${names} are too long for a cursor.`,
    next: "Sort by a shorter field, or use limit and offset.",
  })
}

/** Reads a cursor back into sort values. What this list did not hand out is refused. */
export function decodeCursor(list: string, keys: readonly SortKey[], cursor: string): readonly StoredValue[] {
  const [version, owner, ...values] = cursor.length > cursorLengthMax ? [] : readArray(cursor)
  if (version !== format || values.length !== keys.length) throw invalidCursor("The cursor cannot be read.")
  if (owner !== list) throw invalidCursor("The cursor belongs to a list with another collection, filter or sort.")
  if (!keys.every(({ field }, index) => fits(field, values[index]))) throw invalidCursor("The cursor cannot be read.")
  return values as StoredValue[]
}

function readArray(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"))
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

function fits(field: Field, value: unknown): boolean {
  if (value === null) return field.nullable
  switch (field.type) {
    case "int":
    case "bool":
      return Number.isSafeInteger(value)
    case "float":
      return Number.isFinite(value)
    case "uuid":
    case "string":
    case "text":
    case "timestamp":
      return typeof value === "string" && isStorableText(value)
    case "json":
    case "blob":
      return false
  }
}

function invalidCursor(message: string): Error {
  return alyxError("INVALID_CURSOR", {
    message,
    next: "Start again with an empty cursor, and keep filter and sort the same during one walk.",
  })
}

/** The search condition for what comes after a place in a sort. Equal shapes have equal SQL. */
export interface Keyset {
  readonly shape: string
  readonly sql: string
  readonly values: readonly StoredValue[]
}

/**
 * Builds `k0 after v0, or k0 = v0 and (k1 after v1, or …)`. A range on the first key stands before it, because SQLite
 * uses an index for that and not for the OR.
 */
export function keysetAfter(keys: readonly SortKey[], values: readonly StoredValue[], alias: string): Keyset {
  const bound: StoredValue[] = []
  const test = (sql: string, value: StoredValue): string => {
    if (sql.includes("?")) bound.push(value)
    return sql
  }
  const parts = keys.map(({ field, descending }, index) => {
    const column = `${alias}.${quoteName(field.name)}`
    const value = values[index] ?? null
    return { value, ...(descending ? descendingTests(column, field, value) : ascendingTests(column, value)) }
  })
  const [first] = parts
  const range = first === undefined ? "1" : test(first.range, first.value)
  let sql = ""
  for (const [index, part] of parts.entries()) {
    const after = test(part.after, part.value)
    sql += index === parts.length - 1 ? after : `(${after} OR (${test(part.equal, part.value)} AND `
  }
  sql += "))".repeat(parts.length - 1)
  const shape = values.map((value) => (value === null ? "0" : "1")).join("")
  return { shape, sql: `${range} AND ${sql}`, values: bound }
}

interface KeyTests {
  readonly range: string
  readonly after: string
  readonly equal: string
}

function ascendingTests(column: string, value: StoredValue): KeyTests {
  return value === null
    ? { range: "1", after: `${column} IS NOT NULL`, equal: `${column} IS NULL` }
    : { range: `${column} >= ?`, after: `${column} > ?`, equal: `${column} = ?` }
}

function descendingTests(column: string, field: Field, value: StoredValue): KeyTests {
  if (value === null) return { range: `${column} IS NULL`, after: "0", equal: `${column} IS NULL` }
  if (!field.nullable) return { range: `${column} <= ?`, after: `${column} < ?`, equal: `${column} = ?` }
  return { range: "1", after: `(${column} < ? OR ${column} IS NULL)`, equal: `${column} = ?` }
}
