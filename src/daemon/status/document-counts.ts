import type { Clock } from "../../lib/clock.ts"
import { quoteName } from "../../lib/sql-name.ts"
import type { CollectionStats } from "../../protocol/admin-api.ts"
import type { SchemaHolder } from "../schema-holder.ts"
import type { Database, Reader } from "../storage/database.ts"
import { sqlQuery } from "../storage/database.ts"
import { presentTables } from "../storage/sqlite/present-objects.ts"

export interface DocumentCountParts {
  readonly database: Database
  readonly schemas: SchemaHolder
  readonly clock: Clock
}

/** Counting walks an index, about 3 ms a million rows: after requests that write no more often than this. */
const keptMs = 1_000

interface Counted {
  readonly atMs: number
  /** What counts at once: the schema, and what others committed, such as a seed, a restore or a migration. */
  readonly key: string
  readonly commitCount: number
  readonly stats: readonly CollectionStats[]
}

/** How many documents each collection holds, at most a second old, and counted again only after a write. */
export class DocumentCounts {
  readonly #parts: DocumentCountParts
  #counted: Counted | undefined

  constructor(parts: DocumentCountParts) {
    this.#parts = parts
  }

  all(): readonly CollectionStats[] {
    const { database, schemas, clock } = this.#parts
    return database.read((reader) => {
      // Commits of other connections change it, those of this one do not.
      const version = reader.get(sqlQuery<{ data_version: number }>("PRAGMA data_version"))?.data_version
      const key = `${schemas.current.hash} ${version}`
      const { commitCount } = database.stats()
      const atMs = clock.now()
      const last = this.#counted
      if (last?.key === key && (last.commitCount === commitCount || atMs - last.atMs < keptMs)) return last.stats
      const stats = this.#count(reader)
      this.#counted = { atMs, key, commitCount, stats }
      return stats
    })
  }

  #count(reader: Reader): readonly CollectionStats[] {
    const present = presentTables(reader)
    return [...this.#parts.schemas.current.collections.keys()].map((name) => {
      if (!present.has(name)) return { name, documentCount: null }
      const row = reader.get(sqlQuery<{ count: number }>(`SELECT count(*) AS count FROM ${quoteName(name)}`))
      return { name, documentCount: row?.count ?? null }
    })
  }
}
