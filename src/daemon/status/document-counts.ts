import type { Clock } from "../../lib/clock.ts"
import { quoteName } from "../../lib/sql-name.ts"
import type { CollectionStats } from "../../protocol/admin-api.ts"
import type { SchemaHolder } from "../schema-holder.ts"
import type { Database } from "../storage/database.ts"
import { sqlQuery } from "../storage/database.ts"
import { presentTables } from "../storage/sqlite/present-objects.ts"

export interface DocumentCountParts {
  readonly database: Database
  readonly schemas: SchemaHolder
  readonly clock: Clock
}

/** Counting walks an index, about 3 ms a million rows: no more often than this, however many ask. */
const keptMs = 1_000

/** How many documents each collection holds, at most a second old, and counted again only after a write. */
export class DocumentCounts {
  readonly #parts: DocumentCountParts
  #counted: { readonly key: string; readonly atMs: number; readonly stats: readonly CollectionStats[] } | undefined

  constructor(parts: DocumentCountParts) {
    this.#parts = parts
  }

  all(): readonly CollectionStats[] {
    const { database, schemas, clock } = this.#parts
    const key = `${schemas.current.hash} ${database.stats().commitCount}`
    const now = clock.now()
    if (this.#counted && (this.#counted.key === key || now - this.#counted.atMs < keptMs)) return this.#counted.stats
    const stats = database.read((reader) => {
      const present = presentTables(reader)
      return [...schemas.current.collections.keys()].map((name) => {
        if (!present.has(name)) return { name, documentCount: null }
        const row = reader.get(sqlQuery<{ count: number }>(`SELECT count(*) AS count FROM ${quoteName(name)}`))
        return { name, documentCount: row?.count ?? null }
      })
    })
    this.#counted = { key, atMs: now, stats }
    return stats
  }
}
