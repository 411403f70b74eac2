import { quoteName } from "../../../lib/sql-name.ts"
import type { SourceLocation } from "../../../lib/source-location.ts"
import type { OnProgress } from "../../../protocol/progress.ts"
import type { OperationEffect, TableEffect } from "../../../schema/migrations/operation-effect.ts"
import type { Collection, Schema } from "../../../schema/schema.ts"
import { sqlQuery } from "../database.ts"
import type { SqlValue } from "../database.ts"
import { changeTable } from "./change-table.ts"
import { fieldValues, keepsRows } from "./field-values.ts"
import { expressionProblem, runDocumentSql } from "./guarded-sql.ts"
import { fitsExpression } from "./migration-functions.ts"
import { inTheWay, migrationProblem, namedDocumentsMax, unsafeChanges } from "./migration-refusal.ts"
import { asProblems } from "./operation-problems.ts"
import { dropOutdatedObjects } from "./present-objects.ts"
import { rebuildTable } from "./rebuild-table.ts"
import { rowChecks } from "./refused-rows.ts"
import { renameInPlace } from "./rename-in-place.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"
import { endOfChanges, unfitValues } from "./unfit-values.ts"

/** What runOperation is told. */
export interface OperationParts {
  /** The schema that the operation finds. */
  readonly before: Schema
  readonly effect: OperationEffect
  readonly at: SourceLocation | null
  readonly now: Date
  readonly onProgress: OnProgress
}

/**
 * Does what one operation of a migration asks for, within the transaction that the caller holds, with foreign keys off.
 * Throws UNSAFE_CHANGES, with the operation's place, when rows stand in the way. The change log sees what `sql` does;
 * rows that move to another form are no change of a document. Entries of a renamed collection keep its old name: they
 * say what was changed at that time.
 */
export function runOperation(connection: SqliteConnection, parts: OperationParts): void {
  const { before, effect, at, onProgress } = parts
  try {
    if (effect.sql !== null) {
      onProgress({ message: at === null ? "Running SQL" : `Running the SQL of ${at.file}` })
      const since = endOfChanges(connection)
      runDocumentSql(connection, effect.sql, at)
      const unfit = unfitValues(connection, { schema: before, since, at })
      if (unfit.length > 0) throw unsafeChanges(unfit)
    }
    for (const table of effect.tables) requireRowsFit(connection, table, parts)
    // All old indexes and triggers go first, so that a name may move from one table to another.
    for (const table of effect.tables) dropOutdatedObjects(connection, ...collectionsOf(table, parts))
    renameInPlace(connection, before, effect.tables)
    for (const table of effect.tables) changeRows(connection, table, parts)
    for (const name of effect.dropped) connection.execute(`DROP TABLE ${quoteName(name)}`)
  } catch (error) {
    throw unsafeChanges(asProblems(error, at))
  }
}

/** The expressions of an operation on one table, with what they are for. */
export function expressionsOf({ to, sources }: TableEffect): readonly { expression: string; label: string }[] {
  return [...sources].flatMap(([name, source]) => {
    const label = `${to}.${name}`
    if (source.kind === "convert") return source.using === null ? [] : [{ expression: source.using, label }]
    if (source.kind === "column" || source.fill?.kind !== "sql") return []
    return [{ expression: source.fill.expression, label }]
  })
}

function requireRowsFit(connection: SqliteConnection, table: TableEffect, parts: OperationParts): void {
  const { at, now, onProgress } = parts
  const [before, after] = collectionsOf(table, parts)
  const source = quoteName(table.from)
  const faults = expressionsOf(table).flatMap(
    (expression) => expressionProblem(connection, { ...expression, source, at }) ?? [],
  )
  if (faults.length > 0) throw unsafeChanges(faults)
  const values = fieldValues(table, { after, now })
  const checks = rowChecks({ effect: table, before, after, values, source, at })
  if (checks.length > 0) onProgress({ message: `Looking whether the documents of ${table.from} fit` })
  const problems = checks.flatMap(({ sql, problem }) => {
    const ids = connection.all<{ id: SqlValue }>(sqlQuery(sql)).map(({ id }) => id)
    return ids.length === 0 ? [] : [problem(ids)]
  })
  if (problems.length > 0) throw unsafeChanges(problems)
}

/** The table and its columns have their new names by now, where another program's objects named the old ones. */
function changeRows(connection: SqliteConnection, table: TableEffect, parts: OperationParts): void {
  const { now, onProgress } = parts
  const [before, to] = collectionsOf(table, parts)
  if (keepsRows(table)) {
    changeTable(connection, { from: before, to, now, onProgress })
    return
  }
  const { from, effect } = asPresent(connection, before, table)
  const values = new Map([...fieldValues(effect, { after: to, now })].map(([name, { value }]) => [name, value]))
  rebuildTable(connection, { from, to, values, now, onProgress })
  requireStoredFit(connection, table, parts)
}

/** What an expression gave when the rows were judged need not be what it gave when they were copied, as random() shows. */
function requireStoredFit(connection: SqliteConnection, table: TableEffect, parts: OperationParts): void {
  if (expressionsOf(table).length === 0) return
  const [, to] = collectionsOf(table, parts)
  // Where only null is filled, values stay that another program may have left: they are not to blame on the expression.
  const given = [...table.sources]
    .filter(([, source]) => source.kind !== "column" && !(source.kind === "filled" && source.when === "null"))
    .map(([name]) => to.fields.get(name)!)
  const id = quoteName(to.primaryKey.name)
  for (const field of given) {
    const sql = `SELECT ${id} AS id FROM ${quoteName(to.name)} WHERE NOT ${fitsExpression(field, quoteName(field.name))} LIMIT ${namedDocumentsMax}`
    const ids = connection.all<{ id: SqlValue }>(sqlQuery(sql)).map((row) => row.id)
    if (ids.length === 0) continue
    const message = `The expression gave values that ${to.name}.${field.name} cannot hold. ${inTheWay(ids)}`
    const next = "Use an expression that gives the same value each time; random() does not."
    throw unsafeChanges([migrationProblem("UNFIT_FILL", { message, next, at: parts.at })])
  }
}

/** The old collection and the sources under the names that table and columns have now. */
function asPresent(
  connection: SqliteConnection,
  before: Collection,
  table: TableEffect,
): { readonly from: Collection; readonly effect: TableEffect } {
  const rows = connection.all<{ name: string }>(
    sqlQuery("SELECT name FROM sqlite_schema WHERE type = 'table' AND name = ?", [table.from]),
  )
  const name = rows.length === 0 ? table.to : table.from
  const columns = connection.all<{ name: string }>(sqlQuery(`PRAGMA table_info(${quoteName(name)})`))
  const present = new Set(columns.map((column) => column.name))
  const sources = new Map(
    [...table.sources].map(([field, source]) =>
      source.kind === "new" || present.has(source.name) ? [field, source] : [field, { ...source, name: field }],
    ),
  )
  return { from: { ...before, name }, effect: { ...table, sources } }
}

function collectionsOf({ from, to }: TableEffect, { before, effect }: OperationParts): [Collection, Collection] {
  return [before.collections.get(from)!, effect.schema.collections.get(to)!]
}
