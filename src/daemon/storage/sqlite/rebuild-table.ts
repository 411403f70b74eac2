import type { Collection, Field } from "../../../schema/schema.ts"
import { sqlQuery } from "../database.ts"
import { createTableSql, literalDefault } from "./ddl.ts"
import type { TableDefinition } from "./ddl.ts"
import { presentObjects } from "./present-objects.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"
import { quoteName } from "../../../lib/sql-name.ts"
import { quoteValue, uuidExpression } from "./sql-text.ts"

/** What a rebuild is told. */
export interface RebuildOptions {
  readonly after: TableDefinition
  readonly from: Collection
  readonly to: Collection
  /** Fills new fields with `now`, and is the time in new UUIDs. */
  readonly now: Date
  /** Called with a line before each part of the work. */
  readonly onProgress: (message: string) => void
}

/**
 * Changes what ALTER TABLE cannot: a new table is filled with the rows of the old one, takes its name, and gets the
 * indexes and triggers, those that somebody else put on it too. References of other tables go by name and hold; foreign
 * keys must be off, else dropping the old table would delete what points to it. The change log sees nothing: the
 * triggers come after the copy.
 */
export function rebuildTable(connection: SqliteConnection, options: RebuildOptions): void {
  const { after, from, to } = options
  const temporary = `_alyx_new_${to.name}`
  const kept = presentObjects(connection, from.name)
  const counter = readCounter(connection, from.name)
  connection.execute(createTableSql(after, temporary))
  copyRows(connection, temporary, options)
  connection.execute(`DROP TABLE ${quoteName(from.name)}`)
  connection.execute(`ALTER TABLE ${quoteName(temporary)} RENAME TO ${quoteName(to.name)}`)
  if (counter !== undefined) writeCounter(connection, to.name, counter)
  const made = [...after.indexes, ...after.triggers]
  const names = new Set(made.map((object) => object.name))
  for (const { name, sql } of [...made, ...kept.filter((object) => !names.has(object.name))]) {
    options.onProgress(`Changing ${to.name}: making ${name}`)
    connection.execute(sql)
  }
}

/** Copies in the order of the rows, a few thousand a statement, so that it can be said how far it is. */
function copyRows(
  connection: SqliteConnection,
  target: string,
  { after, from, to, now, onProgress }: RebuildOptions,
): void {
  const source = quoteName(from.name)
  const columns = [...after.columns.keys()]
  const values = columns.map((name) =>
    from.fields.has(name) ? quoteName(name) : fillExpression(to.fields.get(name)!, now),
  )
  const copySql =
    `INSERT INTO ${quoteName(target)} (${columns.map(quoteName).join(", ")}) ` +
    `SELECT ${values.join(", ")} FROM ${source} WHERE rowid > ? AND rowid <= ? ORDER BY rowid`
  const chunkSql = `SELECT max(rowid) AS last FROM (SELECT rowid FROM ${source} WHERE rowid > ? ORDER BY rowid LIMIT ${chunkRowCount})`
  const { count } = connection.get<{ count: number }>(sqlQuery(`SELECT count(*) AS count FROM ${source}`))!
  let copied = 0
  let first: number | bigint = rowidMin
  for (;;) {
    const last: number | bigint | null | undefined = connection.get<{ last: number | bigint | null }>(
      sqlQuery(chunkSql, [first]),
    )?.last
    if (last === null || last === undefined) return
    onProgress(`Changing ${to.name}: ${Math.floor((copied / count) * 100)} %`)
    copied += connection.run(sqlQuery(copySql, [first, last])).changes
    first = last
  }
}

/** Rows that one statement copies. */
const chunkRowCount = 5_000

const rowidMin = -(2n ** 63n)

/** What the rows that exist get in a new field. */
function fillExpression(field: Field, now: Date): string {
  const fallback = field.default
  if (fallback?.kind === "now") return quoteValue(now.toISOString())
  if (fallback?.kind === "auto") return uuidExpression(String(now.getTime()))
  return literalDefault(field)
}

/** The highest number that an automatic key ever had: it must not be given again, even when its document is gone. */
function readCounter(connection: SqliteConnection, table: string): number | undefined {
  return connection.get<{ seq: number }>(sqlQuery("SELECT seq FROM sqlite_sequence WHERE name = ?", [table]))?.seq
}

function writeCounter(connection: SqliteConnection, table: string, counter: number): void {
  connection.run(sqlQuery("DELETE FROM sqlite_sequence WHERE name = ?", [table]))
  connection.run(sqlQuery("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [table, counter]))
}
