import { alyxError } from "../../errors.ts"
import { nearestWord } from "../../lib/nearest-word.ts"
import { quoteName } from "../../lib/sql-name.ts"
import { schemaFromText } from "../../schema/schema-from-json.ts"
import type { SchemaJson } from "../../schema/schema-json.ts"
import type { Collection, Schema } from "../../schema/schema.ts"
import { jsonObjectSql } from "../records/sql-text.ts"
import { visibleMembers } from "../records/visible.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Reader, Row } from "../storage/database.ts"
import { readMeta } from "../storage/meta.ts"
import { presentTables } from "../storage/sqlite/present-objects.ts"
import { accountTables } from "./account-rows.ts"
import type { DumpJob } from "./data-job.ts"

/** What a dump says of itself, before its documents. */
export interface DumpHead {
  /** The version of Alyx that wrote it. */
  readonly alyx: string
  /** Of the system tables. */
  readonly format_version: number
  /** ISO 8601. */
  readonly at: string
  readonly schema: SchemaJson
  /** The history of the schema, a row each, as the system table holds them. */
  readonly migrations: readonly Row[]
  /** The largest key ever given, by collection that counts its keys: it is never given again. */
  readonly sequences: Readonly<Record<string, number>>
}

/** What is dumped: one state of the database, and what of it was asked for. */
export interface DumpSource {
  readonly reader: Reader
  readonly head: DumpHead
  readonly schema: Schema
  readonly collections: readonly Collection[]
  /** The system tables whose rows are data; none where only some collections are wanted. */
  readonly accountTables: readonly string[]
}

/** What a database says of itself that no schema was ever applied to. */
export const emptySchemaText = '{"format":1,"collections":[]}'

/** Reads what a dump begins with. */
export function openDumpSource(reader: Reader, job: DumpJob): DumpSource {
  const schemaText = readMeta(reader, "schema") ?? emptySchemaText
  const whole = schemaFromText(schemaText)
  const present = presentTables(reader)
  const known = [...whole.collections.values()].filter(({ name }) => present.has(name))
  const collections = job.collections === null ? known : wantedOf(known, job.collections)
  const schemaJson = JSON.parse(schemaText) as SchemaJson
  const names = new Set(collections.map(({ name }) => name))
  return {
    reader,
    schema: whole,
    collections,
    accountTables: job.collections === null ? accountTables : [],
    head: {
      alyx: job.version,
      format_version: Number(readMeta(reader, "format_version") ?? 0),
      at: job.at,
      schema: { ...schemaJson, collections: schemaJson.collections.filter(({ name }) => present.has(name)) },
      migrations: reader.all(sqlQuery("SELECT * FROM _alyx_migrations ORDER BY id")),
      sequences: sequencesOf(reader, names),
    },
  }
}

/** The documents of a collection as JSON texts, internal fields too, in the order in which they were written. */
export function* documentsOf(reader: Reader, collection: Collection): Generator<string> {
  const members = visibleMembers(collection.fields.values(), "d")
  const sql = `SELECT ${jsonObjectSql(members)} AS doc FROM ${quoteName(collection.name)} AS d ORDER BY d.rowid`
  for (const { doc } of reader.iterate(sqlQuery<{ doc: string }>(sql))) yield doc
}

function wantedOf(known: readonly Collection[], names: readonly string[]): readonly Collection[] {
  for (const name of names) {
    if (known.some((collection) => collection.name === name)) continue
    const nearest = nearestWord(
      name,
      known.map((collection) => collection.name),
    )
    throw alyxError("COLLECTION_NOT_FOUND", {
      message: `There is no collection ${name}.`,
      next: nearest === undefined ? thereAre(known) : `Did you mean ${nearest}?`,
    })
  }
  return known.filter(({ name }) => names.includes(name))
}

/** How many collections an error names. */
const namedCollectionsMax = 20

function thereAre(known: readonly Collection[]): string {
  const names = known.slice(0, namedCollectionsMax).map(({ name }) => name)
  if (names.length === 0) return "The database has no collections."
  return `There are ${names.join(", ")}${known.length > names.length ? ", and more" : ""}.`
}

function sequencesOf(reader: Reader, names: ReadonlySet<string>): Record<string, number> {
  const rows = reader.all(sqlQuery<{ name: string; seq: number }>("SELECT name, seq FROM sqlite_sequence"))
  return Object.fromEntries(rows.filter(({ name }) => names.has(name)).map(({ name, seq }) => [name, seq]))
}
