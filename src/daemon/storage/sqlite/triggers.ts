import type { Collection, Field } from "../../../schema/schema.ts"
import type { TableObject } from "./ddl.ts"
import { quoteName } from "../../../lib/sql-name.ts"
import { nowExpression, quoteValue } from "./sql-text.ts"

/**
 * The triggers that write the change log in the same transaction as the change. They use only what is built into
 * SQLite, so that every program that opens the file can write, and its writes are seen; `request_id` is filled in by
 * the group commit, which knows it.
 */
export function changeTriggers(collection: Collection): readonly TableObject[] {
  const fields = [...collection.fields.values()]
  const key = quoteName(collection.primaryKey.name)
  const before = `json_object(${fields.map(beforeEntry).join(", ")})`
  return [
    trigger(collection, "insert", `NEW.${key}, NULL, NULL`),
    trigger(collection, "update", `NEW.${key}, ${changedFields(fields)}, ${before}`),
    trigger(collection, "delete", `OLD.${key}, NULL, ${before}`),
  ]
}

function trigger(collection: Collection, operation: "insert" | "update" | "delete", values: string): TableObject {
  const name = `_alyx_${operation}_${collection.name}`
  const sql =
    `CREATE TRIGGER ${quoteName(name)} AFTER ${operation.toUpperCase()} ON ${quoteName(collection.name)} BEGIN ` +
    `INSERT INTO _alyx_changes (collection, operation, doc_id, changed_fields, before, at) ` +
    `VALUES (${quoteValue(collection.name)}, '${operation}', ${values}, ${nowExpression}); END`
  return { name, sql }
}

/** A JSON array of the names whose values differ, put together as text: names need no escaping. */
function changedFields(fields: readonly Field[]): string {
  const parts = fields.map((field) => {
    const column = quoteName(field.name)
    return `iif(OLD.${column} IS NOT NEW.${column}, ${quoteValue(`,${JSON.stringify(field.name)}`)}, '')`
  })
  return `'[' || substr(${parts.join(" || ")}, 2) || ']'`
}

/** The old row in stored form, so that it reads like any other row; JSON cannot hold bytes, so a blob is its length. */
function beforeEntry(field: Field): string {
  const column = `OLD.${quoteName(field.name)}`
  return `${quoteValue(field.name)}, ${field.type === "blob" ? `length(${column})` : column}`
}
