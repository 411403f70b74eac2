import type { OnProgress } from "../../../protocol/progress.ts"
import type { Problem } from "../../../errors.ts"
import type { Schema } from "../../../schema/schema.ts"
import { schemaToJson } from "../../../schema/schema-json.ts"
import { writeMeta } from "../meta.ts"
import { addEntry } from "../migration-history.ts"
import { brokenDocuments, brokenReferencesQuery } from "./broken-references.ts"
import type { BrokenReferences } from "./broken-references.ts"
import { changeTable, createTable } from "./change-table.ts"
import { inTheWay, namedDocumentsMax, unsafeChanges } from "./migration-refusal.ts"
import type { MigrationStep } from "./migration-steps.ts"
import { appliedSchema, planBetween } from "./plan-schema.ts"
import type { SchemaPlan } from "./plan-schema.ts"
import { dropOutdatedObjects } from "./present-objects.ts"
import { runSteps } from "./run-steps.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"

/** What a migration is told. */
export interface MigrationOptions {
  /** Files to apply or to undo, in order, before the rest. */
  readonly steps: readonly MigrationStep[]
  /** What the tables are brought to after the steps, if nothing is lost by it; null to stop after them. */
  readonly schema: Schema | null
  readonly now: Date
  readonly onProgress: OnProgress
}

/** What a migration did. */
export interface MigrationResult {
  /** A line for each change. */
  readonly changes: readonly string[]
  /** The schema that the database is at now. */
  readonly schema: Schema
}

/**
 * Runs the steps of a migration, brings the tables to a schema and writes the history, within a transaction that the
 * caller holds, with foreign keys off. Throws UNSAFE_CHANGES when something would be lost that no file asked for, when
 * rows stand in the way, or when references lead nowhere afterwards.
 */
export function migrateTables(connection: SqliteConnection, options: MigrationOptions): MigrationResult {
  const { now, onProgress } = options
  const ran = runSteps(connection, { ...options, from: appliedSchema(connection) })
  const schema = options.schema ?? ran.schema
  const { changes } = requireApplicable(planBetween(connection, ran.schema, schema))
  const rebuilt = changeTables(connection, ran.schema, { schema, now, onProgress })
  const lines = changes.map((change) => change.message)
  requireReferences(connection, schema, ran.ranSql ? null : new Set([...ran.touched, ...rebuilt]))
  if (lines.length > 0) {
    const name = lines.length === 1 ? lines[0]! : `${lines[0]} and ${lines.length - 1} more`
    addEntry(connection, { kind: "schema", number: null, name, lines, schemaHash: schema.hash, now })
  }
  writeMeta(connection, "schema", JSON.stringify(schemaToJson(schema)))
  return { changes: [...ran.lines, ...lines], schema }
}

/** Returns the plan, or throws UNSAFE_CHANGES with all of its problems. */
export function requireApplicable(plan: SchemaPlan): SchemaPlan {
  if (plan.problems.length > 0) throw unsafeChanges(plan.problems)
  return plan
}

/**
 * Old indexes and triggers go first, everywhere, so that a name may move from one collection to another. Returns the
 * tables that were rebuilt.
 */
function changeTables(
  connection: SqliteConnection,
  from: Schema,
  { schema: to, now, onProgress }: { readonly schema: Schema; readonly now: Date; readonly onProgress: OnProgress },
): readonly string[] {
  for (const collection of to.collections.values()) {
    const before = from.collections.get(collection.name)
    if (before !== undefined) dropOutdatedObjects(connection, before, collection)
  }
  const rebuilt: string[] = []
  for (const collection of to.collections.values()) {
    const before = from.collections.get(collection.name)
    if (before === undefined) createTable(connection, collection)
    else if (changeTable(connection, { from: before, to: collection, now, onProgress }) === "rebuild") {
      rebuilt.push(collection.name)
    }
  }
  return rebuilt
}

/**
 * Rows that point to nothing, since another program wrote them or SQL of a file deleted what they point to, would stay
 * unnoticed: foreign keys are off while tables change. Looks at the tables given, and those that point to them; at all
 * when none are given.
 */
function requireReferences(connection: SqliteConnection, schema: Schema, tables: ReadonlySet<string> | null): void {
  const problems = [...schema.collections.values()].flatMap(({ name, fields }) => {
    const targets = [...fields.values()].flatMap(({ references }) => references?.collection ?? [])
    if (tables !== null && !tables.has(name) && !targets.some((target) => tables.has(target))) return []
    return connection.all(brokenReferencesQuery(name)).map((broken) => brokenReference(connection, broken))
  })
  if (problems.length > 0) throw unsafeChanges(problems)
}

/** The transaction is undone: whoever looks afterwards finds nothing, so the documents are named here. */
function brokenReference(connection: SqliteConnection, broken: BrokenReferences): Problem {
  const { collection, parent, count } = broken
  const ids = brokenDocuments(connection, broken, namedDocumentsMax)
  const references = count === 1 ? "1 reference" : `${count} references`
  return {
    code: "BROKEN_REFERENCE",
    message: `${references} of ${collection} would lead to documents of ${parent} that do not exist. ${inTheWay(ids)}`,
    next: "Delete them or mend their references. Within a migration nothing cascades: its sql deletes what points to a document first.",
  }
}
