import { setImmediate as nextTurn } from "node:timers/promises"

import { RepeatedWork } from "../../lib/repeated-work.ts"
import { quoteName } from "../../lib/sql-name.ts"
import type { Schema } from "../../schema/schema.ts"
import { deleteAccountRow } from "../auth/accounts.ts"
import type { SchemaHolder } from "../schema-holder.ts"
import type { Service } from "../service.ts"
import type { Signals } from "../signals/signals.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Database } from "../storage/database.ts"

/** How often it is looked whether others wrote. */
const pauseMs = 1_000

/** Every so many looks it is taken for granted that they did: what failed is tried again. */
const looksPerNews = 60

/** How many deletions are looked at in one turn of the event loop. */
const pageRowsMax = 500

/** What AccountSweep needs. */
export interface AccountSweepOptions {
  readonly database: Database
  readonly schemas: Pick<SchemaHolder, "isReady" | "current">
  readonly signals: Signals
  /** The collection of accounts; null where there is none. */
  readonly collection: () => string | null
  /** Called with the accounts that ended. */
  readonly onEnded: (ids: readonly string[]) => void
  readonly onWarning: (error: unknown) => void
}

/**
 * Ends accounts whose documents were deleted past the API: by another program, or a statement of a person. What the API deletes takes
 * its account along (settle-accounts.ts). Accounts that never had a document, since they are older than the collection, stay.
 */
export class AccountSweep implements Service {
  readonly #options: AccountSweepOptions
  readonly #looks: RepeatedWork
  readonly #unsubscribe: () => void
  /** SQLite changes the number with each commit of another connection. */
  #version: unknown
  #lookCount = 0
  /** The newest deletion that was looked at. */
  #seenSeq = 0

  constructor(options: AccountSweepOptions) {
    this.#options = options
    this.#looks = new RepeatedWork({
      pauseMs,
      work: (isStopped) => this.#look(isStopped),
      onWarning: options.onWarning,
    })
    // Another database has other numbers.
    this.#unsubscribe = options.signals.on("database", () => {
      this.#version = undefined
      this.#seenSeq = 0
    })
  }

  start(): Promise<void> {
    return this.#looks.start()
  }

  stop(): Promise<void> {
    this.#unsubscribe()
    return this.#looks.stop()
  }

  async #look(isStopped: () => boolean): Promise<void> {
    const before = this.#version
    this.#version = this.#options.database.read((reader) => reader.get(sqlQuery(versionSql)))?.["data_version"]
    this.#lookCount += 1
    if (this.#version === before && this.#lookCount % looksPerNews !== 0) return
    while (!isStopped() && (await this.#lookAtSome())) await nextTurn()
  }

  /** Looks at up to 500 deletions; says whether there may be more. */
  async #lookAtSome(): Promise<boolean> {
    const { database, schemas, collection } = this.#options
    const name = collection()
    const sql = name === null || !schemas.isReady ? undefined : deletionsSql(schemas.current, name)
    if (sql === undefined) return false
    const seq = this.#seenSeq
    const page = database.read((reader) => reader.all(sqlQuery<Deletion>(sql, [name, seq])))
    if (page.some(({ isOrphan }) => isOrphan === 1)) await this.#endOrphans(sqlQuery<Deletion>(sql, [name, seq]))
    // The database may have been replaced meanwhile.
    if (page.length > 0 && this.#seenSeq === seq) this.#seenSeq = page.at(-1)!.seq
    return page.length === pageRowsMax
  }

  async #endOrphans(deletions: ReturnType<typeof sqlQuery<Deletion>>): Promise<void> {
    const { database, signals, onEnded } = this.#options
    const ids = await database.write((transaction) => {
      const orphans = transaction.all(deletions).filter(({ isOrphan }) => isOrphan === 1)
      return orphans.map(({ id }) => id).filter((id) => deleteAccountRow(transaction, id))
    })
    if (ids.length === 0) return
    signals.nudge("accounts")
    onEnded(ids)
  }
}

const versionSql = "PRAGMA data_version"

/** A document that was deleted, and whether it left its account behind: it may be there again, in a new form. */
interface Deletion {
  readonly seq: number
  readonly id: string
  readonly isOrphan: 0 | 1
}

/** Of a collection whose key may be that of an account. */
function deletionsSql(schema: Schema, name: string): string | undefined {
  const key = schema.collections.get(name)?.primaryKey
  if (key?.type !== "uuid" && key?.type !== "string") return undefined
  return `SELECT seq, doc_id AS id, EXISTS (SELECT 1 FROM "_alyx_users" WHERE id = deleted.doc_id)
      AND NOT EXISTS (SELECT 1 FROM ${quoteName(name)} WHERE ${quoteName(key.name)} = deleted.doc_id) AS isOrphan
    FROM "_alyx_changes" AS deleted WHERE operation = 'delete' AND collection = ? AND seq > ?
    ORDER BY seq LIMIT ${pageRowsMax}`
}
