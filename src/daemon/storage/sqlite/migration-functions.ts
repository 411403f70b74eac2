import type { DatabaseSync } from "node:sqlite"

import { BoundedCache } from "../../../lib/bounded-cache.ts"
import { compileFieldReader } from "../../../schema/field-reader.ts"
import { fieldTypeRules } from "../../../schema/fields/field-types.ts"
import type { Field, FieldType } from "../../../schema/schema.ts"
import { fieldFromJson } from "../../../schema/schema-from-json.ts"
import { fieldToJson } from "../../../schema/schema-json.ts"
import { convertValue } from "../convert-value.ts"
import type { SqlValue } from "../database.ts"
import { quoteValue } from "./sql-text.ts"

/** Tells whether a stored value is one that the field may hold. */
type FitTest = (value: SqlValue) => boolean

/** Fields that one connection judges at a time; a schema has fewer that are judged in one migration. */
const testCountMax = 256

/**
 * What migrations call from SQL, so that a value is judged and converted as the API would do it: `alyx_fits(field,
 * value)` and `alyx_convert(from, to, value)`. No table or trigger may use either.
 */
export function registerMigrationFunctions(database: DatabaseSync): void {
  const tests = new BoundedCache<FitTest>({ sizeMax: testCountMax, keyLengthMax: Infinity })
  const options = { deterministic: true, directOnly: true, useBigIntArguments: true } as const
  database.function("alyx_fits", options, (field, value) =>
    tests.get(String(field), compileFit)(narrow(value)) ? 1 : 0,
  )
  database.function(
    "alyx_convert",
    options,
    (from, to, value) => convertValue(from as FieldType, to as FieldType, narrow(value)) ?? null,
  )
}

/** An SQL condition: whether the field may hold the value of an SQL expression. */
export function fitsExpression(field: Field, value: string): string {
  return `alyx_fits(${quoteValue(JSON.stringify(fieldToJson(field)))}, ${value})`
}

/** An SQL expression: the value of another type, or NULL when it cannot be converted. */
export function convertExpression(from: FieldType, to: FieldType, value: string): string {
  return `alyx_convert(${quoteValue(from)}, ${quoteValue(to)}, ${value})`
}

function compileFit(json: string): FitTest {
  const field = fieldFromJson(JSON.parse(json))
  const read = compileFieldReader(field)
  const rules = fieldTypeRules[field.type]
  return (value) => {
    if (value === null) return field.nullable
    if (!hasForm(field.type, value)) return false
    try {
      const stored = read(rules.fromStored(value))
      // A list holds faults. Texts are stored in one form only, such as UTC with milliseconds for moments.
      return !Array.isArray(stored) && (typeof value !== "string" || field.type === "json" || stored === value)
    } catch {
      return false
    }
  }
}

function hasForm(type: FieldType, value: Exclude<SqlValue, null>): boolean {
  if (type === "int" || type === "float") return typeof value === "number"
  if (type === "bool") return value === 0 || value === 1
  return type === "blob" ? value instanceof Uint8Array : typeof value === "string"
}

/** Numbers beyond what a JavaScript number holds exactly stay bigint, and fit nowhere. */
function narrow(value: SqlValue): SqlValue {
  if (typeof value !== "bigint") return value
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
}
