import { BoundedCache } from "../../lib/bounded-cache.ts"
import type { Collection } from "../../schema/schema.ts"
import { createQueryBuilder } from "../storage/query-builder.ts"

/** The SQL of the writes of one collection, compiled once and then bound again and again. */
export interface WriteStatements {
  /** Every field, internal ones too, in the order of the placeholders of insertSql. */
  readonly columnNames: readonly string[]
  readonly insertSql: string
  /** Takes the primary key. */
  readonly deleteSql: string
  /** Selects every field in stored form. Takes the primary key. */
  readonly rowSql: string
  /** Takes the values of the fields in the order given, then the primary key. */
  updateSql(fieldNames: readonly string[]): string
}

/** Updates of different sets of fields that are kept compiled. */
const updateCountMax = 32
const keyLengthMax = 500

/** The tables of users: which columns they have is known only when a schema is read. */
const userTables = createQueryBuilder<Record<string, Record<string, unknown>>>()

/** Compiles the writes of a collection. */
export function writeStatements({ name, fields, primaryKey }: Collection): WriteStatements {
  const columnNames = [...fields.keys()]
  const updates = new BoundedCache<string>({ sizeMax: updateCountMax, keyLengthMax })
  return {
    columnNames,
    insertSql: userTables.insertInto(name).values(placeholders(columnNames)).compile().sql,
    deleteSql: userTables.deleteFrom(name).where(primaryKey.name, "=", null).compile().sql,
    rowSql: userTables.selectFrom(name).select(columnNames).where(primaryKey.name, "=", null).compile().sql,
    updateSql: (fieldNames) =>
      updates.get(
        fieldNames.join(),
        () =>
          userTables.updateTable(name).set(placeholders(fieldNames)).where(primaryKey.name, "=", null).compile().sql,
      ),
  }
}

/** Only the text is kept, so the values do not matter: each becomes a `?`. */
function placeholders(names: readonly string[]): Record<string, null> {
  return Object.fromEntries(names.map((name) => [name, null]))
}
