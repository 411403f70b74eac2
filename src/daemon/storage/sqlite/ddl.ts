import { fieldTypeRules, storedValue } from "../../../schema/fields/field-types.ts"
import { fieldIndexName } from "../../../schema/names.ts"
import type { Collection, Field, Index } from "../../../schema/schema.ts"
import { quoteName } from "../../../lib/sql-name.ts"
import { nowExpression, nowMillisecondsExpression, quoteValue, uuidExpression } from "./sql-text.ts"
import { changeTriggers } from "./triggers.ts"

/** An index or a trigger of a table: what sqlite_schema calls it, and the statement that makes it. */
export interface TableObject {
  readonly name: string
  readonly sql: string
}

/** Everything that SQLite holds for one collection. */
export interface TableDefinition {
  readonly name: string
  /** The definition of each column by its name, as it stands in CREATE TABLE. Their order has no meaning. */
  readonly columns: ReadonlyMap<string, string>
  readonly indexes: readonly TableObject[]
  readonly triggers: readonly TableObject[]
}

/** Says how SQLite holds a collection: the same collection gives the same text, so that two can be compared. */
export function defineTable(collection: Collection): TableDefinition {
  const columns = new Map<string, string>()
  for (const field of collection.fields.values()) columns.set(field.name, columnDefinition(collection, field))
  return {
    name: collection.name,
    columns,
    indexes: [...fieldIndexes(collection), ...declaredIndexes(collection), ...referenceIndexes(collection)],
    triggers: changeTriggers(collection),
  }
}

/** The CREATE TABLE statement, under another name while a table is rebuilt. */
export function createTableSql(table: TableDefinition, name: string = table.name): string {
  return `CREATE TABLE ${quoteName(name)} (${[...table.columns.values()].join(", ")}) STRICT`
}

/** Words of a schema never become SQL themselves. */
const actionWords = { cascade: "CASCADE", "set null": "SET NULL", restrict: "RESTRICT" } as const

const orderWords = { asc: "ASC", desc: "DESC" } as const

function columnDefinition(collection: Collection, field: Field): string {
  const parts = [quoteName(field.name), fieldTypeRules[field.type].sqlType]
  if (field.primary)
    parts.push(field.type === "int" && field.default !== null ? "PRIMARY KEY AUTOINCREMENT" : "PRIMARY KEY")
  if (!field.nullable) parts.push("NOT NULL")
  const fallback = defaultExpression(field)
  if (fallback !== undefined) parts.push(`DEFAULT ${fallback}`)
  for (const [rule, condition] of checksOf(field)) {
    parts.push(`CONSTRAINT ${quoteName(`${collection.name}.${field.name} ${rule}`)} CHECK (${condition})`)
  }
  const { references } = field
  if (references !== null) {
    const target = `${quoteName(references.collection)} (${quoteName(references.field)})`
    parts.push(`REFERENCES ${target} ON DELETE ${actionWords[references.onDelete]}`)
  }
  return parts.join(" ")
}

/** Defaults are held by SQLite too, so that a row written by another program gets them as well. */
function defaultExpression(field: Field): string | undefined {
  if (field.default === null) return undefined
  switch (field.default.kind) {
    case "literal":
      return literalDefault(field)
    case "now":
      return `(${nowExpression})`
    case "auto":
      return field.type === "int" ? undefined : `(${uuidExpression(nowMillisecondsExpression)})`
  }
}

/** The literal default of a field as SQL text; NULL when it has none. */
export function literalDefault(field: Field): string {
  return field.default?.kind === "literal" ? quoteValue(storedValue(field, field.default.value) ?? null) : "NULL"
}

/** What SQLite checks, by the name of the rule; NULL passes every check. `pattern` and `format` are the API's alone. */
function checksOf(field: Field): readonly (readonly [rule: string, condition: string])[] {
  const column = quoteName(field.name)
  const checks: [string, string][] = []
  if (field.type === "bool") checks.push(["type", `${column} IN (0, 1)`])
  if (field.type === "json") checks.push(["type", `json_valid(${column})`])
  if (field.type === "int") {
    checks.push(["type", `${column} BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`])
  }
  if (field.minLength !== null) checks.push(["minLength", `length(${column}) >= ${quoteValue(field.minLength)}`])
  if (field.maxLength !== null) checks.push(["maxLength", `length(${column}) <= ${quoteValue(field.maxLength)}`])
  if (field.min !== null) checks.push(["min", `${column} >= ${quoteValue(field.min)}`])
  if (field.max !== null) checks.push(["max", `${column} <= ${quoteValue(field.max)}`])
  if (field.enum !== null) checks.push(["enum", `${column} IN (${field.enum.map(quoteValue).join(", ")})`])
  return checks
}

/** A field's own `unique: true` and `index: true`. A unique index can be added and dropped without a rebuild. */
function fieldIndexes(collection: Collection): readonly TableObject[] {
  return [...collection.fields.values()]
    .filter((field) => !field.primary && (field.unique || field.index))
    .map((field) => {
      const name = fieldIndexName(collection.name, field)
      return field.unique
        ? uniqueIndex(collection, name, [ascending(field)])
        : plainIndex(collection, name, [ascending(field)])
    })
}

function declaredIndexes(collection: Collection): readonly TableObject[] {
  return collection.indexes.map((index) =>
    index.unique ? uniqueIndex(collection, index.name, index.fields) : plainIndex(collection, index.name, index.fields),
  )
}

/** A referencing field gets an index even when nobody asks for one: else every delete of a target scans this table. */
function referenceIndexes(collection: Collection): readonly TableObject[] {
  const leading = new Set(collection.indexes.map((index) => index.fields[0]?.name))
  return [...collection.fields.values()]
    .filter((field) => field.references !== null)
    .filter((field) => !field.primary && !field.unique && !field.index && !leading.has(field.name))
    .map((field) => plainIndex(collection, `_alyx_reference_${collection.name}.${field.name}`, [ascending(field)]))
}

type IndexedField = Index["fields"][number]

function ascending(field: Field): IndexedField {
  return { name: field.name, order: "asc" }
}

function uniqueIndex(collection: Collection, name: string, fields: readonly IndexedField[]): TableObject {
  return { name, sql: indexSql("UNIQUE INDEX", name, collection.name, fields) }
}

/**
 * Every list is sorted by the primary key in the end, in the direction of its last field, so an index goes on with it:
 * then it gives the whole order, and nothing is sorted (a page of 20 costs 7 µs less). An int key is the rowid, which
 * every index ends with anyway.
 */
function plainIndex(collection: Collection, name: string, fields: readonly IndexedField[]): TableObject {
  const { primaryKey } = collection
  const last = fields.at(-1)
  const isComplete =
    primaryKey.type === "int" || last === undefined || fields.some((field) => field.name === primaryKey.name)
  const columns = isComplete ? fields : [...fields, { name: primaryKey.name, order: last.order }]
  return { name, sql: indexSql("INDEX", name, collection.name, columns) }
}

function indexSql(kind: string, name: string, table: string, fields: readonly IndexedField[]): string {
  const columns = fields.map((field) => `${quoteName(field.name)} ${orderWords[field.order]}`).join(", ")
  return `CREATE ${kind} ${quoteName(name)} ON ${quoteName(table)} (${columns})`
}
