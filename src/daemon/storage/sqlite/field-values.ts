import { quoteName } from "../../../lib/sql-name.ts"
import type { Fill } from "../../../schema/migrations/migration.ts"
import type { FieldSource, TableEffect } from "../../../schema/migrations/operation-effect.ts"
import { storedValue } from "../../../schema/fields/field-types.ts"
import type { Collection, Field } from "../../../schema/schema.ts"
import { literalDefault } from "./ddl.ts"
import { convertExpression, fitsExpression } from "./migration-functions.ts"
import { quoteValue, uuidExpression } from "./sql-text.ts"

/** Where a field's value comes from when rows move, as SQL over the row as it was. */
export interface FieldValue {
  readonly value: string
  /** An SQL condition that holds for rows whose value cannot be taken; null when every row's can. */
  readonly refuses: string | null
}

/** Returns the value of every field of a table after the change, by its name. */
export function fieldValues(
  { sources }: TableEffect,
  { after, now }: { readonly after: Collection; readonly now: Date },
): ReadonlyMap<string, FieldValue> {
  return new Map(
    [...after.fields.values()].map((field) => {
      const source = sources.get(field.name) ?? { kind: "new" as const, fill: null }
      return [field.name, fieldValue(source, { field, now })]
    }),
  )
}

/** True when the rows stay as they are, column by column, apart from columns that take their default. */
export function keepsRows({ from, to, sources }: TableEffect): boolean {
  if (from !== to) return false
  return [...sources].every(([name, source]) => {
    if (source.kind === "column") return source.name === name
    if (source.kind === "filled") return source.name === name && source.fill === null
    return source.kind === "new" && source.fill === null
  })
}

function fieldValue(source: FieldSource, { field, now }: { readonly field: Field; readonly now: Date }): FieldValue {
  switch (source.kind) {
    case "column":
      return { value: quoteName(source.name), refuses: null }
    case "convert": {
      const column = quoteName(source.name)
      if (source.using !== null) return written(source.using, field)
      return judged(field, convertExpression(source.from, source.to, column), column)
    }
    case "new":
      if (source.fill !== null) return filled(source.fill, field)
      if (field.default !== null) return { value: newValue(field, now), refuses: null }
      return { value: "NULL", refuses: field.nullable ? null : "1" }
    case "filled": {
      const column = quoteName(source.name)
      const isGood = source.when === "null" ? `${column} IS NOT NULL` : fitsExpression(field, column)
      if (source.fill === null) return { value: column, refuses: `NOT (${isGood})` }
      const { value, refuses } = filled(source.fill, field)
      return {
        value: `CASE WHEN ${isGood} THEN ${column} ELSE ${value} END`,
        refuses: refuses === null ? null : `(NOT (${isGood}) AND (${refuses}))`,
      }
    }
  }
}

/** What rows that exist get in a new field that has a default. */
export function newValue(field: Field, now: Date): string {
  const fallback = field.default
  if (fallback?.kind === "now") return quoteValue(now.toISOString())
  if (fallback?.kind === "auto") return uuidExpression(String(now.getTime()))
  return literalDefault(field)
}

function filled(fill: Fill, field: Field): FieldValue {
  if (fill.kind === "sql") return written(fill.expression, field)
  const stored = storedValue(field, fill.value)
  // What does not fit the type is shown as what it is, and refused where a row would get it.
  return judged(field, quoteValue(stored === undefined ? JSON.stringify(fill.value) : stored), null)
}

/** The person's own expression. It may end in a comment. Texts that mean a moment or a UUID take their stored form. */
function written(expression: string, field: Field): FieldValue {
  const input = `(${expression}\n)`
  const hasOneForm = field.type === "timestamp" || field.type === "uuid"
  return hasOneForm ? judged(field, convertExpression("text", field.type, input), input) : judged(field, input, null)
}

function judged(field: Field, value: string, input: string | null): FieldValue {
  const isUnfit = `NOT ${fitsExpression(field, value)}`
  return {
    value,
    refuses: input === null ? isUnfit : `(${isUnfit} OR (${value} IS NULL AND ${input} IS NOT NULL))`,
  }
}
