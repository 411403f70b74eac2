import type { SqlValue } from "../database.ts"

/** SQLite's integers have 64 bits. */
const integerMax = 2n ** 63n - 1n
const integerMin = -(2n ** 63n)

/**
 * Makes JavaScript values safe to bind: node:sqlite would take a lone Date for named parameters and store NULL, and
 * refuses booleans. Returns the same array when nothing has to change.
 */
export function bindValues(parameters: readonly unknown[]): SqlValue[] {
  for (const value of parameters) {
    if (typeof value !== "string" && typeof value !== "number" && value !== null) return parameters.map(bindValue)
  }
  return parameters as SqlValue[]
}

function bindValue(value: unknown): SqlValue {
  if (typeof value === "string" || typeof value === "number" || value === null) return value
  if (typeof value === "boolean") return value ? 1 : 0
  if (value === undefined) return null
  if (value instanceof Uint8Array) return value
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== "bigint") throw new TypeError(`A value of type ${typeof value} cannot be bound to a statement.`)
  if (value > integerMax || value < integerMin) throw new TypeError(`The integer ${value} has more than 64 bits.`)
  return value
}

/** Turns the integers of a row that was read as BigInt back into numbers where they fit without loss. */
export function narrowIntegers<R extends object>(row: R): R {
  for (const [name, value] of Object.entries(row)) {
    if (typeof value !== "bigint") continue
    const narrow = Number(value)
    if (Number.isSafeInteger(narrow)) (row as Record<string, SqlValue>)[name] = narrow
  }
  return row
}
