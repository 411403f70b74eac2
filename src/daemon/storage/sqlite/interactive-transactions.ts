import { alyxError } from "../../../errors.ts"
import type { InteractiveOptions, InteractiveTransaction } from "../database.ts"
import { BriefReads } from "./brief-reads.ts"
import { retryWhileBusy } from "./busy-back-off.ts"
import { openInteractiveConnection } from "./open-connection.ts"
import { OpenInteractive } from "./open-interactive.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"

/** Transactions that wait for their turn; further ones are refused: OVERLOADED. */
const waitingCountMax = 256

/** A read within a transaction may hold the main thread for so long: nobody else could see what it has written. */
const readLimits = { trialMsMax: 100, suspectTrialMsMax: 100 }

/** What InteractiveTransactions needs. */
export interface InteractiveParts {
  readonly path: string
  /** Keeps group commits waiting; what it resolves with is on the disk by then. First come, first served. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>
  /** Called after a transaction that wrote is durable. */
  readonly onCommit: () => void
}

/**
 * Transactions whose owners wait for other things while they are open. They have a connection of their own, on which one
 * at a time is open while group commits keep out of the way: reads on the main connection go on, and see only what is
 * committed. The connection is opened at the first need and kept.
 *
 *   begin ── turn ── BEGIN IMMEDIATE ── operations, a savepoint each, whenever they come ── COMMIT ── fdatasync ── answer
 */
export class InteractiveTransactions {
  readonly #parts: InteractiveParts
  readonly #briefReads = new BriefReads(readLimits)
  #connection: SqliteConnection | undefined
  #open: OpenInteractive | undefined
  #waitingCount = 0
  #stopped = false

  constructor(parts: InteractiveParts) {
    this.#parts = parts
  }

  /** Resolves when the transaction has its turn and is open. */
  begin(options: InteractiveOptions): Promise<InteractiveTransaction> {
    if (this.#waitingCount >= waitingCountMax) {
      const message = `${waitingCountMax} transactions wait for their turn already.`
      return Promise.reject(alyxError("OVERLOADED", { message, next: "Try again.", retryAfterSeconds: 1 }))
    }
    const begun = Promise.withResolvers<InteractiveTransaction>()
    const durable = Promise.withResolvers<void>()
    durable.promise.catch(() => undefined)
    const stopWaiting = this.#wait()
    const turn = this.#parts.inTurn(async () => {
      stopWaiting()
      return this.#run(options, { durable: durable.promise, begun: begun.resolve })
    })
    const settle = async (): Promise<void> => {
      try {
        if (await turn) this.#parts.onCommit()
        durable.resolve()
      } catch (error) {
        // There may have been no turn.
        stopWaiting()
        durable.reject(error)
        begun.reject(error)
      }
    }
    void settle()
    return begun.promise
  }

  /** Counts one that waits for its turn, until it is told that it waits no more. */
  #wait(): () => void {
    this.#waitingCount += 1
    let isWaiting = true
    return () => {
      if (isWaiting) this.#waitingCount -= 1
      isWaiting = false
    }
  }

  /** Rolls back the open one, and lets no other begin. */
  stop(): void {
    this.#stopped = true
    this.#open?.end("stopped")
  }

  /** After the last turn. */
  close(): void {
    this.#connection?.close()
    this.#connection = undefined
  }

  /** One turn, to its end; returns whether anything was committed. */
  async #run(
    { timeoutMs, signal }: InteractiveOptions,
    told: { readonly durable: Promise<void>; readonly begun: (transaction: InteractiveTransaction) => void },
  ): Promise<boolean> {
    if (signal.aborted) throw alyxError("ABORTED")
    const connection = (this.#connection ??= openInteractiveConnection(this.#parts.path, this.#briefReads.step))
    await retryWhileBusy(() => this.#begin(connection, signal))
    const open = new OpenInteractive({ connection, briefReads: this.#briefReads, durable: told.durable, timeoutMs })
    const leave = (): void => open.end("left")
    signal.addEventListener("abort", leave, { once: true })
    // Since it began, nobody listened.
    if (signal.aborted) leave()
    this.#open = open
    told.begun(open)
    try {
      return await open.over
    } finally {
      this.#open = undefined
      signal.removeEventListener("abort", leave)
    }
  }

  #begin(connection: SqliteConnection, signal: AbortSignal): void {
    if (this.#stopped) throw alyxError("SHUTTING_DOWN")
    if (signal.aborted) throw alyxError("ABORTED")
    // Left behind by a rollback that failed.
    if (connection.isTransaction) connection.control("ROLLBACK")
    connection.control("BEGIN IMMEDIATE")
  }
}
