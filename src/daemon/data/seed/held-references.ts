import type { StoredValue } from "../../../schema/fields/field-type.ts"
import { sqlQuery } from "../../storage/database.ts"
import type { Transaction } from "../../storage/database.ts"
import type { SqliteConnection } from "../../storage/sqlite/sqlite-connection.ts"
import type { SeedOutcome } from "./write-document.ts"

/** A reference that waits for the document it names, and what became of the document it stands in. */
export interface HeldRow {
  readonly collection: string
  readonly key: StoredValue
  readonly field: string
  readonly given: unknown
  readonly at: string
  readonly outcome: SeedOutcome
}

/** How many are read at once. */
const pageSize = 1_000

/** References that wait for documents further on in the seed: in a temporary table, since there may be very many. */
export class HeldReferences {
  readonly #transaction: Transaction

  /** The table is made outside the transaction, in a file that the system removes. */
  static prepare(connection: SqliteConnection): void {
    connection.execute(`
      PRAGMA temp_store = FILE;
      CREATE TEMP TABLE seed_held (
        id INTEGER PRIMARY KEY, collection TEXT, key ANY, field TEXT, given TEXT, place TEXT, outcome TEXT
      ) STRICT`)
  }

  constructor(transaction: Transaction) {
    this.#transaction = transaction
  }

  add({ collection, key, field, given, at, outcome }: HeldRow): void {
    const sql = "INSERT INTO seed_held (collection, key, field, given, place, outcome) VALUES (?, ?, ?, ?, ?, ?)"
    this.#transaction.run(sqlQuery(sql, [collection, key, field, JSON.stringify(given), at, outcome]))
  }

  *all(): Generator<HeldRow> {
    let last = 0
    for (;;) {
      const rows = this.#transaction.all(
        sqlQuery("SELECT * FROM seed_held WHERE id > ? ORDER BY id LIMIT ?", [last, pageSize]),
      )
      if (rows.length === 0) return
      for (const row of rows) {
        last = Number(row["id"])
        yield {
          collection: String(row["collection"]),
          key: row["key"]!,
          field: String(row["field"]),
          given: JSON.parse(String(row["given"])) as unknown,
          at: String(row["place"]),
          outcome: row["outcome"] as SeedOutcome,
        }
      }
    }
  }
}
