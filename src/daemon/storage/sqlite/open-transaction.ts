import assert from "node:assert/strict"

import type { Query, Transaction } from "../database.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"

/**
 * What a write's work is given: the connection for as long as the work runs. Used later (after an `await`, say) it
 * would write into somebody else's transaction, so it then refuses.
 */
export class OpenTransaction implements Transaction {
  #connection: SqliteConnection | undefined

  constructor(connection: SqliteConnection) {
    this.#connection = connection
  }

  all<R>(query: Query<R>): R[] {
    return this.#open().all(query)
  }

  get<R>(query: Query<R>): R | undefined {
    return this.#open().get(query)
  }

  iterate<R>(query: Query<R>): Iterable<R> {
    return this.#open().iterate(query)
  }

  run(query: Query<unknown>): { readonly changes: number; readonly lastInsertRowid: number | bigint } {
    return this.#open().run(query)
  }

  /** Looks at what the work returned and left behind, before it is taken for done. */
  requireDone(value: unknown): void {
    assert(!(value instanceof Promise), "The work of a write is synchronous; it returned a promise.")
    this.#open()
  }

  end(): void {
    this.#connection = undefined
  }

  #open(): SqliteConnection {
    assert(this.#connection !== undefined, "The transaction is over; its work must not keep it.")
    // An error of SQLite may have ended it; what the work did next would then be committed on its own.
    assert(this.#connection.isTransaction, "The engine has rolled back the transaction.")
    return this.#connection
  }
}
