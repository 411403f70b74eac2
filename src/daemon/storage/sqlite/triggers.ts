import type { Collection, Field } from "../../../schema/schema.ts"
import type { TableObject } from "./ddl.ts"
import { quoteName } from "../../../lib/sql-name.ts"
import { nowExpression, quoteValue } from "./sql-text.ts"

/**
 * The triggers that write the change log in the same transaction as the change. They use only what is built into
 * SQLite, so that every program that opens the file can write, and its writes are seen; `request_id` is filled in by
 * the group commit, which knows it.
 *
 * Where `recursive_triggers` is off, as it is in most programs, rows that `REPLACE` displaces fire no delete trigger.
 * So those that have the key or a unique value of a new row are written down before, and what of them is gone after it
 * enters the log as deleted. Where the delete trigger does fire, it takes them off the list.
 */
export function changeTriggers(collection: Collection): readonly TableObject[] {
  const { primaryKey, fields } = collection
  const key = quoteName(primaryKey.name)
  const before = `json_object(${[...fields.values()].map((field) => beforeEntry(field, "OLD.")).join(", ")})`
  const unique = uniqueColumns(collection)
  const names = [...new Set(unique.flat())].map(quoteName).join(", ")
  return [
    trigger(collection, "before_insert", { when: "BEFORE INSERT", body: keepDisplaced(collection, unique, "") }),
    trigger(collection, "before_update", {
      when: `BEFORE UPDATE OF ${names}`,
      body: keepDisplaced(collection, unique, ` AND ${key} IS NOT OLD.${key}`),
    }),
    trigger(collection, "insert", {
      when: "AFTER INSERT",
      body: [...logDisplaced(collection, ""), logChange(collection, "insert", `NEW.${key}, NULL, NULL`)],
    }),
    trigger(collection, "update", {
      when: "AFTER UPDATE",
      body: [
        ...logDisplaced(collection, ` AND doc_id IS NOT OLD.${key}`),
        logChange(collection, "update", `NEW.${key}, ${changedFields([...fields.values()])}, ${before}`),
      ],
    }),
    trigger(collection, "delete", {
      when: "AFTER DELETE",
      body: [
        `DELETE FROM _alyx_displaced WHERE collection = ${quoteValue(collection.name)} AND doc_id = OLD.${key}`,
        logChange(collection, "delete", `OLD.${key}, NULL, ${before}`),
      ],
    }),
  ]
}

function trigger(
  { name }: Collection,
  prefix: string,
  { when, body }: { readonly when: string; readonly body: readonly string[] | Kept },
): TableObject {
  const [condition, statements] = "condition" in body ? [` WHEN ${body.condition}`, body.statements] : ["", body]
  const triggerName = `_alyx_${prefix}_${name}`
  const head = `CREATE TRIGGER ${quoteName(triggerName)} ${when} ON ${quoteName(name)}${condition}`
  return { name: triggerName, sql: `${head} BEGIN ${statements.join("; ")}; END` }
}

function logChange({ name }: Collection, operation: "insert" | "update" | "delete", values: string): string {
  return `${logHead} VALUES (${quoteValue(name)}, '${operation}', ${values}, ${nowExpression})`
}

const logHead = "INSERT INTO _alyx_changes (collection, operation, doc_id, changed_fields, before, at)"

/** The columns of the key, of each unique field and of each unique index. */
function uniqueColumns({ primaryKey, fields, indexes }: Collection): readonly (readonly string[])[] {
  return [
    [primaryKey.name],
    ...[...fields.values()].filter(({ unique, primary }) => unique && !primary).map(({ name }) => [name]),
    ...indexes.filter(({ unique }) => unique).map((index) => index.fields.map(({ name }) => name)),
  ]
}

interface Kept {
  readonly condition: string
  readonly statements: readonly string[]
}

/** Each question is one look into a unique index; only where a row is found does the trigger do anything. */
function keepDisplaced(
  { name, primaryKey, fields }: Collection,
  unique: readonly (readonly string[])[],
  unlessSame: string,
): Kept {
  const table = quoteName(name)
  const found = unique.map((columns) => {
    const equal = columns.map((column) => `${quoteName(column)} = NEW.${quoteName(column)}`).join(" AND ")
    return `${equal}${unlessSame}`
  })
  const before = [...fields.values()].map((field) => beforeEntry(field, "")).join(", ")
  return {
    condition: found.map((equal) => `EXISTS (SELECT 1 FROM ${table} WHERE ${equal})`).join(" OR "),
    statements: [
      `DELETE FROM _alyx_displaced WHERE collection = ${quoteValue(name)}`,
      `INSERT INTO _alyx_displaced (collection, doc_id, before) SELECT ${quoteValue(name)}, ` +
        `${quoteName(primaryKey.name)}, json_object(${before}) FROM ${table} ` +
        `WHERE ${found.map((equal) => `(${equal})`).join(" OR ")}`,
    ],
  }
}

/** A row that is written down and still there was not displaced: the statement ignored it, or updated it. */
function logDisplaced({ name, primaryKey }: Collection, unlessSame: string): readonly string[] {
  const key = quoteName(primaryKey.name)
  const isGone = `(doc_id = NEW.${key} OR NOT EXISTS (SELECT 1 FROM ${quoteName(name)} WHERE ${key} = doc_id))`
  return [
    `${logHead} SELECT collection, 'delete', doc_id, NULL, before, ${nowExpression} FROM _alyx_displaced ` +
      `WHERE collection = ${quoteValue(name)}${unlessSame} AND ${isGone}`,
    `DELETE FROM _alyx_displaced WHERE collection = ${quoteValue(name)}`,
  ]
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
function beforeEntry(field: Field, row: "OLD." | ""): string {
  const column = `${row}${quoteName(field.name)}`
  return `${quoteValue(field.name)}, ${field.type === "blob" ? `length(${column})` : column}`
}
