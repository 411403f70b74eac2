import { alyxError } from "../../../errors.ts"
import type { AlyxError } from "../../../errors.ts"
import type { InteractiveTransaction, Reader, ReadName, Transaction, WriteOptions } from "../database.ts"
import type { BriefReads } from "./brief-reads.ts"
import { rollBack, runInSavepoint } from "./run-group.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"
import { translateSqliteError } from "./sqlite-errors.ts"

/** What OpenInteractive needs. */
export interface OpenInteractiveParts {
  /** Has just begun the transaction. */
  readonly connection: SqliteConnection
  readonly briefReads: BriefReads
  /** Settles when what was committed is on the disk, and told. */
  readonly durable: Promise<void>
  readonly timeoutMs: number
}

/** How a transaction came to its end without its owner's commit. */
export type InteractiveEnd = "rolled back" | "left" | "timed out" | "lost" | "stopped"

/** A transaction on the connection of those that wait, from its begin to its end. */
export class OpenInteractive implements InteractiveTransaction {
  readonly #parts: OpenInteractiveParts
  readonly #changesBefore: number
  readonly #over = Promise.withResolvers<boolean>()
  readonly #timer: NodeJS.Timeout
  #ended: InteractiveEnd | "committed" | undefined

  constructor(parts: OpenInteractiveParts) {
    this.#parts = parts
    this.#changesBefore = parts.connection.totalChanges
    this.#timer = setTimeout(() => this.end("timed out"), parts.timeoutMs)
  }

  get isOpen(): boolean {
    return this.#ended === undefined
  }

  /** Resolves when the connection is free again, with whether anything was committed. */
  get over(): Promise<boolean> {
    return this.#over.promise
  }

  write<T>(work: (transaction: Transaction) => T, options?: WriteOptions): T {
    const connection = this.#open()
    const { failed, value, error, spoilsGroup } = runInSavepoint(connection, { work, requestId: options?.requestId })
    if (spoilsGroup === true || !connection.isTransaction) this.end("lost")
    if (failed) throw error
    return value as T
  }

  read<T>(work: (reader: Reader) => T): T {
    const connection = this.#open()
    try {
      return work(connection)
    } finally {
      connection.endWalks()
    }
  }

  readBriefly<T>(name: ReadName, work: (reader: Reader, isWatched: boolean) => T): T | undefined {
    return this.#parts.briefReads.run(name, (isWatched) => this.read((reader) => work(reader, isWatched)))
  }

  async commit(): Promise<void> {
    const connection = this.#open()
    const wrote = connection.totalChanges !== this.#changesBefore
    try {
      connection.control("COMMIT")
    } catch (error) {
      this.end("lost")
      throw translateSqliteError(error)
    }
    this.#finish("committed", wrote)
    // What it read may have been committed by others an instant ago: they are answered only when that is on the disk.
    await this.#parts.durable
  }

  rollback(): void {
    this.end("rolled back")
  }

  /** Undoes all of it, whoever wants that; does nothing when it has ended. */
  end(reason: InteractiveEnd): void {
    if (this.#ended !== undefined) return
    const { connection } = this.#parts
    connection.endWalks()
    rollBack(connection)
    this.#finish(reason, false)
  }

  #finish(reason: InteractiveEnd | "committed", wrote: boolean): void {
    this.#ended = reason
    clearTimeout(this.#timer)
    this.#over.resolve(wrote)
  }

  #open(): SqliteConnection {
    if (this.#ended === undefined) return this.#parts.connection
    throw this.#endedError(this.#ended)
  }

  #endedError(reason: InteractiveEnd | "committed"): AlyxError {
    switch (reason) {
      case "committed":
        return alyxError("TRANSACTION_ENDED", { message: "The transaction was committed; nothing can follow in it." })
      case "timed out":
        return alyxError("TRANSACTION_ENDED", {
          message: `The transaction took longer than ${this.#parts.timeoutMs} ms and was rolled back.`,
          next: "Do within it only what must happen together; give it more time with the option timeout, at most 10 s.",
        })
      case "lost":
        return alyxError("TRANSACTION_ENDED", { message: "The database rolled the transaction back." })
      case "stopped":
        return alyxError("SHUTTING_DOWN")
      case "rolled back":
      case "left":
        return alyxError("TRANSACTION_ENDED", { message: "The transaction was rolled back; nothing can follow in it." })
    }
  }
}
