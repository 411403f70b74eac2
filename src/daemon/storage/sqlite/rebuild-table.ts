import type { Collection, Field } from "../../../schema/schema.ts"
import { sqlQuery } from "../database.ts"
import { createTableSql, literalDefault } from "./ddl.ts"
import type { TableDefinition } from "./ddl.ts"
import { presentObjects } from "./present-objects.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"
import { quoteName, quoteValue, uuidExpression } from "./sql-text.ts"

/** What a rebuild is told. */
export interface RebuildOptions {
  readonly after: TableDefinition
  readonly from: Collection
  readonly to: Collection
  /** Fills new fields with `now`, and is the time in new UUIDs. */
  readonly now: Date
}

/**
 * Changes what ALTER TABLE cannot: a new table is filled with the rows of the old one, takes its name, and gets the
 * indexes and triggers, those that somebody else put on it too. References of other tables go by name and hold; foreign keys must be off, else dropping the
 * old table would delete what points to it. The change log sees nothing: the triggers come after the copy.
 */
export function rebuildTable(connection: SqliteConnection, options: RebuildOptions): void {
  const { after, from, to, now } = options
  const temporary = `_alyx_new_${to.name}`
  const kept = presentObjects(connection, from.name)
  const counter = readCounter(connection, from.name)
  connection.execute(createTableSql(after, temporary))
  const columns = [...after.columns.keys()]
  const values = columns.map((name) =>
    from.fields.has(name) ? quoteName(name) : fillExpression(to.fields.get(name)!, now),
  )
  connection.execute(
    `INSERT INTO ${quoteName(temporary)} (${columns.map(quoteName).join(", ")}) ` +
      `SELECT ${values.join(", ")} FROM ${quoteName(from.name)} ORDER BY rowid`,
  )
  connection.execute(`DROP TABLE ${quoteName(from.name)}`)
  connection.execute(`ALTER TABLE ${quoteName(temporary)} RENAME TO ${quoteName(to.name)}`)
  if (counter !== undefined) writeCounter(connection, to.name, counter)
  const made = [...after.indexes, ...after.triggers]
  const names = new Set(made.map((object) => object.name))
  for (const { sql } of [...made, ...kept.filter((object) => !names.has(object.name))]) connection.execute(sql)
}

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
