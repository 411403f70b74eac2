import type { Problem } from "../../../errors.ts"
import { quoteName } from "../../../lib/sql-name.ts"
import type { SourceLocation } from "../../../lib/source-location.ts"
import type { FieldSource, TableEffect } from "../../../schema/migrations/operation-effect.ts"
import type { Collection, Field } from "../../../schema/schema.ts"
import { isConvertible } from "../convert-value.ts"
import type { SqlValue } from "../database.ts"
import type { FieldValue } from "./field-values.ts"
import { inTheWay, migrationProblem, namedDocumentsMax } from "./migration-refusal.ts"

/** A look for rows that a change cannot take along, and what is to be said when it finds some. */
export interface RowCheck {
  /** Gives the `id` of at most as many documents as a refusal names. */
  readonly sql: string
  readonly problem: (ids: readonly SqlValue[]) => Problem
}

/** What the checks of one operation on one table are made from. */
export interface RowCheckParts {
  readonly effect: TableEffect
  readonly before: Collection
  readonly after: Collection
  readonly values: ReadonlyMap<string, FieldValue>
  /** The table as it is before the operation: its name, or a query in parentheses. */
  readonly source: string
  readonly at: SourceLocation | null
}

/** Returns the checks that a change of a table needs before any row moves. */
export function rowChecks(parts: RowCheckParts): readonly RowCheck[] {
  const { effect, before, after, values, source, at } = parts
  const id = quoteName(before.primaryKey.name)
  const checks: RowCheck[] = []
  for (const field of after.fields.values()) {
    const refuses = values.get(field.name)?.refuses ?? null
    if (refuses === null) continue
    checks.push({
      sql: `SELECT ${id} AS id FROM ${source} WHERE ${refuses} ORDER BY ${id} LIMIT ${namedDocumentsMax}`,
      problem: (ids) => {
        const { code, says, next } = refusalOf(effect.sources.get(field.name), after, field)
        return migrationProblem(code, { message: `${says} ${inTheWay(ids)}`, next, at })
      },
    })
  }
  return [...checks, ...uniqueChecks(parts)]
}

/** New promises that rows differ, by field; those over several fields are found when the index is made. */
function uniqueChecks({ effect, before, after, values, source, at }: RowCheckParts): readonly RowCheck[] {
  return [...after.fields.values()].flatMap((field) => {
    const kind = effect.sources.get(field.name)?.kind
    const wasUnique = kind !== "convert" && (before.fields.get(field.name)?.unique ?? kind === "column")
    if (!field.unique || field.primary || wasUnique || kind === "new") return []
    const value = values.get(field.name)!.value
    const rows = `(SELECT ${quoteName(before.primaryKey.name)} AS id, ${value} AS value FROM ${source})`
    const repeated = `SELECT value FROM ${rows} WHERE value IS NOT NULL GROUP BY value HAVING count(*) > 1 LIMIT ${namedDocumentsMax}`
    return [
      {
        sql: `SELECT id FROM ${rows} WHERE value IN (${repeated}) ORDER BY value, id LIMIT ${namedDocumentsMax}`,
        problem: (ids: readonly SqlValue[]) => duplicateProblem({ table: after.name, fields: [field.name], ids, at }),
      },
    ]
  })
}

/** What is said when rows agree where they must differ. */
export function duplicateProblem(parts: {
  readonly table: string
  readonly fields: readonly string[]
  readonly ids: readonly SqlValue[]
  readonly at: SourceLocation | null
}): Problem {
  const { table, fields, ids, at } = parts
  const label = fields.map((field) => `${table}.${field}`).join(", ")
  return migrationProblem("NOT_UNIQUE", {
    message: `Documents have equal values in ${label}, which would be unique. ${inTheWay(ids)}`,
    next: "Make the values differ first, by hand or with an sql operation before this one.",
    at,
  })
}

/** What a refusal says before it names the documents. */
interface Refusal {
  readonly code: string
  readonly says: string
  readonly next: string
}

function refusalOf(source: FieldSource | undefined, { name }: Collection, field: Field): Refusal {
  const label = `${name}.${field.name}`
  if (source?.kind === "convert") return conversionRefusal(source, label, field)
  const hasFill = (source?.kind === "filled" || source?.kind === "new") && source.fill !== null
  if (hasFill) return fillRefusal(label)
  if (source?.kind !== "filled") {
    return {
      code: "NO_VALUE",
      says: `Documents have no value for ${label}, which is required.`,
      next: "Give `fill`, the value that they get, or a default.",
    }
  }
  return source.when === "null"
    ? {
        code: "NULL_VALUES",
        says: `Documents have no value in ${label}, which would be required.`,
        next: "Give `fill`, the value that they get.",
      }
    : {
        code: "BROKEN_CONSTRAINT",
        says: `Documents have values in ${label} that break its new constraints.`,
        next: "Mend the values, or give `fill`, the value that they get.",
      }
}

function conversionRefusal(
  { from, to, using }: Extract<FieldSource, { readonly kind: "convert" }>,
  label: string,
  field: Field,
): Refusal {
  return using === null
    ? {
        code: "NOT_CONVERTIBLE",
        says: isConvertible(from, to)
          ? `Values of ${label} cannot be converted from ${from} to ${to}, or break its constraints then.`
          : `What ${to} the values of ${label} (${from}) would mean is not known.`,
        next: "Mend the values, or give `using`, an SQL expression that makes the new value out of the row.",
      }
    : {
        code: "NOT_CONVERTIBLE",
        says: `\`using\` gives values that ${label} (${to}) cannot hold.`,
        next: `Let it give a value that fits for every document; CAST(… AS ${castName(field)}) changes the kind of a value.`,
      }
}

function fillRefusal(label: string): Refusal {
  return {
    code: "UNFIT_FILL",
    says: `\`fill\` gives values that ${label} cannot hold.`,
    next: "Let it give a value that fits the field for every document.",
  }
}

function castName({ type }: Field): string {
  if (type === "int" || type === "bool") return "INTEGER"
  if (type === "float") return "REAL"
  return type === "blob" ? "BLOB" : "TEXT"
}
