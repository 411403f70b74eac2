import type {
  Database,
  DatabaseStats,
  Query,
  Reader,
  ReadName,
  Row,
  SlowReader,
  Transaction,
  WriteOptions,
} from "../../../src/daemon/storage/database.ts"
import type { AlyxError } from "../../../src/errors.ts"

/** A database whose brief reads are given up now and then, as they are when they take long. */
export class GivingUp implements Database, SlowReader {
  readonly #database: Database & SlowReader
  readonly #givesUp: () => boolean

  constructor(database: Database & SlowReader, givesUp: () => boolean) {
    this.#database = database
    this.#givesUp = givesUp
  }

  readBriefly<T>(name: ReadName, work: (reader: Reader, isWatched: boolean) => T): T | undefined {
    return this.#givesUp() ? undefined : this.#database.readBriefly(name, work)
  }

  write<T>(work: (transaction: Transaction) => T, options?: WriteOptions): Promise<T> {
    return this.#database.write(work, options)
  }

  read<T>(work: (reader: Reader) => T): T {
    return this.#database.read(work)
  }

  readSlow(queries: readonly Query<unknown>[]): Promise<readonly (readonly Row[])[]> {
    return this.#database.readSlow(queries)
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
