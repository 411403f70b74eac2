import { isAlyxError } from "../../errors.ts"
import { IdSource } from "../../lib/id.ts"
import { nearestWord } from "../../lib/nearest-word.ts"
import { quoteName } from "../../lib/sql-name.ts"
import { applyDefaults } from "../../schema/defaults.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import { fieldTypeRules, storedValue } from "../../schema/fields/field-types.ts"
import { schemaFromJson } from "../../schema/schema-from-json.ts"
import { schemaToJson } from "../../schema/schema-json.ts"
import type { Collection, Schema } from "../../schema/schema.ts"
import { sqlQuery } from "../storage/database.ts"
import { writeMeta } from "../storage/meta.ts"
import { createTableSql, defineTable } from "../storage/sqlite/ddl.ts"
import { openBuildConnection } from "../storage/sqlite/open-connection.ts"
import type { SqliteConnection } from "../storage/sqlite/sqlite-connection.ts"
import { insertAccountRow, isAccountTable } from "./account-rows.ts"
import type { BuiltDatabase } from "./data-job.ts"
import type { DumpHead } from "./dump-source.ts"
import { finishBuilt } from "./finish-built.ts"
import { invalidDump } from "./invalid-dump.ts"
import type { DumpPlace } from "./invalid-dump.ts"
import { makeSystemTables } from "./make-system-tables.ts"

/** What of a dump's head is needed; the rest tells people. */
export type BuildHead = Pick<DumpHead, "format_version" | "schema" | "migrations" | "sequences">

interface Table {
  readonly collection: Collection
  readonly insertSql: string
  readonly columns: readonly string[]
  count: number
}

/** Makes a database file of the documents of a dump. Foreign keys are looked at in the end, since documents come in any order. */
export class DatabaseBuilder {
  readonly #connection: SqliteConnection
  readonly #schema: Schema
  readonly #head: BuildHead
  readonly #tables = new Map<string, Table>()
  readonly #nowIso: string
  readonly #ids = new IdSource()
  readonly #accountCounts = new Map<string, number>()
  #count = 0

  constructor(target: string, { head, nowIso }: { readonly head: BuildHead; readonly nowIso: string }) {
    this.#head = head
    this.#nowIso = nowIso
    this.#schema = schemaFromJson(head.schema)
    this.#connection = openBuildConnection(target)
    try {
      makeSystemTables(this.#connection, head)
      this.#connection.control("BEGIN")
      for (const collection of this.#schema.collections.values()) this.#makeTable(collection)
    } catch (error) {
      this.#connection.close()
      throw error
    }
  }

  /** Inserts one document; throws RESTORE_INVALID with its place when it does not fit. */
  insert(name: string, data: unknown, place: DumpPlace): void {
    if (isAccountTable(name)) return this.#insertAccount(name, data, place)
    const table = this.#tables.get(name)
    if (table === undefined) throw invalidDump(place, unknownCollection(name, this.#tables.keys()))
    const values = readValues(table.collection, data, place)
    const row = applyDefaults(table.collection, values, {
      nowIso: this.#nowIso,
      newId: () => this.#ids.next(Date.parse(this.#nowIso)),
    })
    try {
      this.#connection.run(
        sqlQuery(
          table.insertSql,
          table.columns.map((column) => row.get(column) ?? null),
        ),
      )
    } catch (error) {
      if (!isAlyxError(error) || error.status >= 500) throw error
      throw invalidDump(place, error.message, error)
    }
    table.count += 1
    this.#count += 1
  }

  #insertAccount(name: string, data: unknown, place: DumpPlace): void {
    insertAccountRow(this.#connection, name, data, place)
    this.#accountCounts.set(name, (this.#accountCounts.get(name) ?? 0) + 1)
    this.#count += 1
  }

  /** Documents that were inserted, and rows of accounts. */
  get count(): number {
    return this.#count
  }

  /** The same by collection. */
  get counts(): ReadonlyMap<string, number> {
    return new Map([...[...this.#tables].map(([name, { count }]) => [name, count] as const), ...this.#accountCounts])
  }

  /** Makes indexes and triggers, looks whether all is well, and closes the file. */
  finish(onProgress: (message: string) => void): BuiltDatabase {
    onProgress("Making indexes")
    for (const { collection } of this.#tables.values()) {
      const { indexes, triggers } = defineTable(collection)
      for (const { sql } of [...indexes.filter((index) => !isUnique(index.sql)), ...triggers])
        this.#connection.define(sql)
    }
    this.#writeSequences()
    writeMeta(this.#connection, "schema", JSON.stringify(schemaToJson(this.#schema)))
    this.#connection.control("COMMIT")
    return finishBuilt(this.#connection, onProgress)
  }

  close(): void {
    this.#connection.close()
  }

  /** Unique indexes come before the rows, so that the second of two equal ones is named. */
  #makeTable(collection: Collection): void {
    const table = defineTable(collection)
    this.#connection.define(createTableSql(table))
    for (const { sql } of table.indexes.filter((index) => isUnique(index.sql))) this.#connection.define(sql)
    const columns = [...collection.fields.keys()]
    const insertSql = `INSERT INTO ${quoteName(collection.name)} (${columns.map(quoteName).join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`
    this.#tables.set(collection.name, { collection, columns, insertSql, count: 0 })
  }

  #writeSequences(): void {
    for (const [name, seq] of Object.entries(this.#head.sequences)) {
      if (!this.#tables.has(name)) continue
      const { changes } = this.#connection.run(
        sqlQuery("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", [seq, name]),
      )
      if (changes === 0) {
        this.#connection.run(sqlQuery("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [name, seq]))
      }
    }
  }
}

function isUnique(sql: string): boolean {
  return sql.startsWith("CREATE UNIQUE INDEX")
}

/** The stored values of a document; what a database may hold but a client may not send, such as any key, is fine here. */
function readValues(collection: Collection, data: unknown, place: DumpPlace): Map<string, StoredValue> {
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw invalidDump(place, `A document of ${collection.name} must be an object of fields.`)
  }
  const values = new Map<string, StoredValue>()
  for (const [name, value] of Object.entries(data)) {
    const field = collection.fields.get(name)
    if (field === undefined) {
      const nearest = nearestWord(name, collection.fields.keys())
      const advice = nearest === undefined ? "" : ` Did you mean ${nearest}?`
      throw invalidDump(place, `${collection.name} has no field ${name.slice(0, 100)}.${advice}`)
    }
    const stored = storedValue(field, value)
    if (stored === undefined) {
      throw invalidDump(place, `${collection.name}.${name} ${fieldTypeRules[field.type].explain(value)}.`)
    }
    values.set(name, stored)
  }
  return values
}

function unknownCollection(name: unknown, known: Iterable<string>): string {
  if (typeof name !== "string") return "A document must say its collection."
  const nearest = nearestWord(name, known)
  const advice = nearest === undefined ? "" : ` Did you mean ${nearest}?`
  return `The schema of the dump has no collection ${name.slice(0, 100)}.${advice}`
}
