import type { OnProgress } from "../../../protocol/progress.ts"
import type { Collection } from "../../../schema/schema.ts"
import { sqlQuery } from "../database.ts"
import { createTableSql, defineTable } from "./ddl.ts"
import { newValue } from "./field-values.ts"
import { makeObjects } from "./make-objects.ts"
import { unsafeChanges } from "./migration-refusal.ts"
import { presentObjects } from "./present-objects.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"
import { quoteName } from "../../../lib/sql-name.ts"

/** What a rebuild is told. */
export interface RebuildOptions {
  readonly from: Collection
  readonly to: Collection
  /** SQL over the old row for each field, by its name; when left out a field keeps its value or takes its default. */
  readonly values?: ReadonlyMap<string, string>
  /** Fills new fields with `now`, and is the time in new UUIDs. */
  readonly now: Date
  readonly onProgress: OnProgress
}

/**
 * Changes what ALTER TABLE cannot: a new table is filled with the rows of the old one, takes its name, and gets the
 * indexes and triggers, those that somebody else put on it too. References of other tables go by name and hold; foreign
 * keys must be off, else dropping the old table would delete what points to it. The change log sees nothing: the
 * triggers come after the copy.
 */
export function rebuildTable(connection: SqliteConnection, options: RebuildOptions): void {
  const { from, to, onProgress } = options
  const after = defineTable(to)
  const before = defineTable(from)
  const temporary = `_alyx_new_${to.name}`
  const made = [...after.indexes, ...after.triggers]
  const ours = new Set([...made, ...before.indexes, ...before.triggers].map(({ name }) => name))
  const others = presentObjects(connection, from.name).filter(
    ({ name }) => !ours.has(name) && !name.startsWith("_alyx_"),
  )
  const counter = readCounter(connection, from.name)
  connection.define(createTableSql(after, temporary))
  copyRows(connection, temporary, options)
  connection.execute(`DROP TABLE ${quoteName(from.name)}`)
  connection.execute(`ALTER TABLE ${quoteName(temporary)} RENAME TO ${quoteName(to.name)}`)
  if (counter !== undefined) writeCounter(connection, to.name, counter)
  makeObjects(connection, { collection: to, made, others, onProgress })
}

/** Copies in the order of the rows, a few thousand a statement, so that it can be said how far it is. */
function copyRows(connection: SqliteConnection, target: string, { from, to, values, now, onProgress }: RebuildOptions) {
  const source = quoteName(from.name)
  const columns = [...to.fields.keys()]
  const taken = [...to.fields.values()].map(
    (field) => values?.get(field.name) ?? (from.fields.has(field.name) ? quoteName(field.name) : newValue(field, now)),
  )
  const copySql =
    `INSERT INTO ${quoteName(target)} (${columns.map(quoteName).join(", ")}) ` +
    `SELECT ${taken.join(", ")} FROM ${source} WHERE rowid > ? AND rowid <= ? ORDER BY rowid`
  const chunkSql = `SELECT max(rowid) AS last FROM (SELECT rowid FROM ${source} WHERE rowid > ? ORDER BY rowid LIMIT ${chunkRowCount})`
  const { count } = connection.get<{ count: number }>(sqlQuery(`SELECT count(*) AS count FROM ${source}`))!
  let copied = 0
  let first: number | bigint = rowidMin
  for (;;) {
    const last: number | bigint | null | undefined = connection.get<{ last: number | bigint | null }>(
      sqlQuery(chunkSql, [first]),
    )?.last
    if (last === null || last === undefined) break
    onProgress({ message: `Changing ${to.name}`, ratio: copied / count })
    copied += connection.run(sqlQuery(copySql, [first, last])).changes
    first = last
  }
  if (copied === count) return
  const message = `Only ${copied} of ${count} documents of ${to.name} would be left by the expressions of the migration.`
  throw unsafeChanges([{ code: "LOST_ROWS", message, next: "Use expressions that give one value for each document." }])
}

/** Rows that one statement copies. */
const chunkRowCount = 5_000

const rowidMin = -(2n ** 63n)

/** The highest number that an automatic key ever had: it must not be given again, even when its document is gone. */
function readCounter(connection: SqliteConnection, table: string): number | undefined {
  return connection.get<{ seq: number }>(sqlQuery("SELECT seq FROM sqlite_sequence WHERE name = ?", [table]))?.seq
}

function writeCounter(connection: SqliteConnection, table: string, counter: number): void {
  connection.run(sqlQuery("DELETE FROM sqlite_sequence WHERE name = ?", [table]))
  connection.run(sqlQuery("INSERT INTO sqlite_sequence (name, seq) VALUES (?, CAST(? AS INTEGER))", [table, counter]))
}
