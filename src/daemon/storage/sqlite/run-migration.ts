import type { Clock } from "../../../lib/clock.ts"
import type { OnProgress } from "../../../protocol/progress.ts"
import { applyOperation } from "../../../schema/migrations/apply-operation.ts"
import type { Schema } from "../../../schema/schema.ts"
import { sqlQuery } from "../database.ts"
import type { Reader } from "../database.ts"
import { retryWhileBusy } from "./busy-back-off.ts"
import { migrateTables } from "./migrate-tables.ts"
import type { MigrationResult } from "./migrate-tables.ts"
import { holdsSql, operationsOf } from "./migration-steps.ts"
import type { MigrationStep } from "./migration-steps.ts"
import { inMigrationTransaction } from "./migration-transaction.ts"
import { appliedSchema } from "./plan-schema.ts"
import type { SqliteDatabase } from "./sqlite-database.ts"
import { largestRowCount, largeTableRowCount } from "./table-size.ts"

/** How a migration is run. */
export interface RunMigrationOptions {
  readonly steps: readonly MigrationStep[]
  /** What the tables are brought to after the steps; null to stop after them. */
  readonly schema: Schema | null
  readonly clock: Clock
  readonly onProgress: OnProgress
  /** A process beside the daemon changes tables with more rows; 20,000 when left out. */
  readonly smallRowCountMax?: number
  /** Runs when writes wait already and nothing has changed yet: the moment for a backup. */
  readonly beforeBegin?: () => Promise<void>
  /** Called when the tables are as the schema says and before the next write: the moment to serve it. */
  readonly onApplied: (schema: Schema) => void
}

/**
 * Runs files and the way to a schema in one transaction, all or nothing; throws UNSAFE_CHANGES with what stands in the
 * way. Writes wait meanwhile, reads go on: where a large table is touched, or SQL of a person is run, the work is left to
 * a process beside the daemon.
 */
export async function runMigration(database: SqliteDatabase, options: RunMigrationOptions): Promise<MigrationResult> {
  const { steps, clock, onProgress, beforeBegin, onApplied } = options
  const isLong =
    holdsSql(steps) || (await retryWhileBusy(() => database.read((reader) => touchesLargeTable(reader, options))))
  return database.exclusive(async (connection) => {
    await beforeBegin?.()
    const work = { steps, schema: options.schema, now: new Date(clock.now()), onProgress }
    const result = isLong
      ? await database.migrateBeside(work)
      : await inMigrationTransaction(connection, () => migrateTables(connection, work))
    // What came back from a process is a copy; the written schema knows its places in the file.
    const schema = options.schema ?? appliedSchema(connection)
    onApplied(schema)
    return { changes: result.changes, schema }
  })
}

/** Whether any large table is in what a migration does. */
function touchesLargeTable(reader: Reader, options: RunMigrationOptions): boolean {
  const { steps, schema, smallRowCountMax = largeTableRowCount } = options
  const touched = new Set<string>()
  let before = appliedSchema(reader)
  for (const operation of steps.flatMap(operationsOf)) {
    const result = applyOperation(before, operation)
    if (!result.ok) break
    for (const table of result.effect.tables) touched.add(table.from)
    before = result.effect.schema
  }
  if (schema !== null && schema.hash !== before.hash) for (const name of schema.collections.keys()) touched.add(name)
  const tables = reader.all(sqlQuery<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'"))
  return tables.some(({ name }) => touched.has(name) && largestRowCount(reader, name) > smallRowCountMax)
}
