import type { AlyxError } from "../../errors.ts"
import { alyxError } from "../../errors.ts"
import type { RecordParts } from "../records/records.ts"
import type {
  Database,
  DatabaseStats,
  InteractiveTransaction,
  Reader,
  ReadName,
  Row,
  SlowReader,
  Transaction,
  WriteOptions,
} from "../storage/database.ts"

/** The database as it looks from within a transaction that waits: operations on records work on it unchanged. */
export class TransactionDatabase implements Database, SlowReader {
  readonly #transaction: InteractiveTransaction
  readonly #database: RecordParts["database"]

  constructor(transaction: InteractiveTransaction, database: RecordParts["database"]) {
    this.#transaction = transaction
    this.#database = database
  }

  async write<T>(work: (transaction: Transaction) => T, options?: WriteOptions): Promise<T> {
    return this.#transaction.write(work, options)
  }

  read<T>(work: (reader: Reader) => T): T {
    return this.#transaction.read(work)
  }

  readBriefly<T>(name: ReadName, work: (reader: Reader, isWatched: boolean) => T): T | undefined {
    return this.#transaction.readBriefly(name, work)
  }

  /** Another process could not see what is not committed, and here everybody would wait. */
  readSlow(): Promise<readonly (readonly Row[])[]> {
    return Promise.reject(
      alyxError("QUERY_TIMEOUT", {
        message: "The read takes too long for a transaction.",
        next: "Read it before the transaction, narrow it, leave the total out with skipTotal, or add an index.",
      }),
    )
  }

  onCommit(listener: () => void): () => void {
    return this.#database.onCommit(listener)
  }

  fault(): AlyxError | undefined {
    return this.#database.fault()
  }

  stats(): DatabaseStats {
    return this.#database.stats()
  }
}
