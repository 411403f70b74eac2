import type { DatabaseCheckResponse } from "../../protocol/data-api.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Query } from "../storage/database.ts"
import { brokenReferencesQuery } from "../storage/sqlite/broken-references.ts"
import { ReaderPool } from "../storage/sqlite/reader-pool.ts"

/** A check reads every page of the file; one that takes longer is ended: QUERY_TIMEOUT. */
const checkMsMax = 30 * 60_000

const cacheBytes = 16 * 1024 * 1024

/** What a check needs to know. */
export interface DatabaseCheckParts {
  /** The file that is served now. */
  readonly path: () => string
  /** The entry of the reader process. */
  readonly readerProcess: URL
}

const integrity: Query = sqlQuery("SELECT integrity_check AS line FROM pragma_integrity_check")

const newestChange: Query = sqlQuery("SELECT at FROM _alyx_changes ORDER BY seq DESC LIMIT 1")

/**
 * Checks the whole file in a process of its own, on one committed state; requests go on meanwhile. There is one check
 * at a time: who asks while it runs gets its result.
 */
export class DatabaseCheck {
  readonly #parts: DatabaseCheckParts
  #pool: ReaderPool | undefined
  #running: Promise<DatabaseCheckResponse> | undefined

  constructor(parts: DatabaseCheckParts) {
    this.#parts = parts
  }

  run(): Promise<DatabaseCheckResponse> {
    this.#running ??= this.#check().finally(() => (this.#running = undefined))
    return this.#running
  }

  /** Ends a check that runs; those who wait for it are refused. */
  async stop(): Promise<void> {
    await this.#pool?.stop()
  }

  async #check(): Promise<DatabaseCheckResponse> {
    const begin = performance.now()
    const { path, readerProcess } = this.#parts
    const pool = new ReaderPool({ path: path(), cacheBytes, processUrl: readerProcess, queryMsMax: checkMsMax })
    this.#pool = pool
    try {
      const [lines = [], broken = [], newest = []] = await pool.run(
        [integrity, brokenReferencesQuery(), newestChange],
        () => ({}),
      )
      return {
        integrity: lines.map(({ line }) => String(line)).filter((line) => line !== "ok"),
        brokenReferences: broken.map(({ collection, parent, count }) => ({
          collection: String(collection),
          parent: String(parent),
          count: Number(count),
        })),
        newestChangeAt: newest[0] === undefined ? null : String(newest[0]["at"]),
        durationMs: Math.round(performance.now() - begin),
      }
    } finally {
      await pool.stop()
    }
  }
}
