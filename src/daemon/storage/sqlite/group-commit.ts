import { alyxError } from "../../../errors.ts"
import type { Transaction } from "../database.ts"
import type { Checkpointer } from "./checkpointer.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"
import { databaseBusy, sqliteCodes, sqlitePrimaryCode, translateSqliteError } from "./sqlite-errors.ts"
import { runRequest } from "./run-request.ts"
import type { WriteRequest } from "./run-request.ts"
import type { WalSync } from "./wal-sync.ts"

/** A group ends after this many requests, or after this much work, so that reads are never kept waiting for long. */
const groupRequestsMax = 256
const groupWorkMsMax = 10

/** Further writes are refused: OVERLOADED. */
const waitingCountMax = 10_000

/** How long a write may wait for the database: another process, or a rebuild of a table, holds it. */
const waitMsMax = 5_000

/** The pauses between attempts while another process holds the write lock. */
const backOffMsMin = 5
const backOffMsMax = 100

interface WaitingWrite extends WriteRequest {
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
  /** Of performance.now(). */
  readonly askedAtMs: number
}

/** What became of a write: it is told only when its group is durable. */
interface Outcome {
  readonly write: WaitingWrite
  readonly error?: unknown
  readonly failed: boolean
  readonly value?: unknown
}

/** What GroupCommit needs. */
export interface GroupCommitOptions {
  readonly connection: SqliteConnection
  readonly sync: WalSync
  readonly checkpointer: Checkpointer
  readonly durability: "full" | "normal"
  readonly walBytesMax: number
  /** Called after a group that wrote is durable. */
  readonly onCommit: () => void
}

/**
 * Runs the writes that were asked for in one turn of the event loop as one transaction, a savepoint each, and settles
 * their promises once the log is on the disk.
 *
 *   write() ─┐                      ┌─ savepoint, work, release ─┐
 *   write() ─┼─ turn ends ─ BEGIN ──┼─ savepoint, work, release ─┼─ COMMIT ─ fdatasync ─ answers, onCommit
 *   write() ─┘                      └─ savepoint, work, undo    ─┘
 *
 * Everything from BEGIN to COMMIT happens in one synchronous function, so no read sees what is not committed.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions
  readonly #connection: SqliteConnection
  #waiting: WaitingWrite[] = []
  #scheduled = false
  #paused = false
  #backOffMs = 0
  #closed = false
  #commitCount = 0
  #writeCount = 0
  #whenDrained: (() => void) | undefined

  constructor(options: GroupCommitOptions) {
    this.#options = options
    this.#connection = options.connection
  }

  get commitCount(): number {
    return this.#commitCount
  }

  get writeCount(): number {
    return this.#writeCount
  }

  get waitingCount(): number {
    return this.#waiting.length
  }

  write<T>(work: (transaction: Transaction) => T, requestId: string | undefined): Promise<T> {
    if (this.#closed) return Promise.reject(alyxError("SHUTTING_DOWN"))
    if (this.#waiting.length >= waitingCountMax) {
      return Promise.reject(alyxError("OVERLOADED", { next: "Try again.", retryAfterSeconds: 1 }))
    }
    return new Promise<T>((resolve, reject) => {
      const settle = resolve as (value: unknown) => void
      this.#waiting.push({ work, requestId, resolve: settle, reject, askedAtMs: performance.now() })
      this.#schedule()
    })
  }

  /** Keeps groups from starting until `resume`; a write that waits too long meanwhile is refused. */
  pause(): void {
    this.#paused = true
    this.#expireWhilePaused()
  }

  resume(): void {
    this.#paused = false
    this.#schedule()
  }

  /** Refuses further writes and resolves when the waiting ones have been committed. */
  close(): Promise<void> {
    this.#closed = true
    if (this.#waiting.length === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#whenDrained = resolve
    })
  }

  #schedule(): void {
    if (this.#scheduled || this.#paused || this.#waiting.length === 0) return
    this.#scheduled = true
    setImmediate(this.#runTurn)
  }

  readonly #runTurn = (): void => {
    if (this.#options.sync.walBytes > this.#options.walBytesMax) {
      void this.#options.checkpointer.checkpoint().then(this.#runGroup)
      return
    }
    this.#runGroup()
  }

  readonly #runGroup = (): void => {
    this.#scheduled = false
    if (this.#paused) return
    if (this.#begin()) this.#commitGroup()
    if (this.#waiting.length === 0) this.#whenDrained?.()
    if (this.#backOffMs === 0) this.#schedule()
  }

  /** Starts a transaction; when another process holds the lock, tries again later. */
  #begin(): boolean {
    try {
      this.#connection.control("BEGIN IMMEDIATE")
      this.#backOffMs = 0
      return true
    } catch (error) {
      if (sqlitePrimaryCode(error) === sqliteCodes.busy) this.#backOff()
      else this.#refuse(this.#waiting.splice(0, groupRequestsMax), translateSqliteError(error))
      return false
    }
  }

  #backOff(): void {
    this.#backOffMs = Math.min(Math.max(this.#backOffMs * 2, backOffMsMin), backOffMsMax)
    this.#expire()
    this.#scheduled = true
    setTimeout(this.#runGroup, this.#backOffMs)
  }

  #commitGroup(): void {
    const connection = this.#connection
    const before = connection.totalChanges
    const outcomes: Outcome[] = []
    const count = Math.min(this.#waiting.length, groupRequestsMax)
    const deadlineMs = performance.now() + groupWorkMsMax
    let taken = 0
    while (taken < count) {
      const write = this.#waiting[taken]!
      taken += 1
      outcomes.push(count === 1 ? this.#runAlone(write) : this.#runInSavepoint(write))
      if (!connection.isTransaction || performance.now() >= deadlineMs) break
    }
    this.#waiting.splice(0, taken)
    if (count === 1 && outcomes[0]!.failed) return this.#settle(outcomes, false)
    if (!connection.isTransaction) return this.#runEachAgain(outcomes)
    const wrote = connection.totalChanges !== before
    const failure = this.#commit()
    if (failure === undefined) this.#settle(outcomes, wrote)
    else if (outcomes.length === 1) this.#settle([{ write: outcomes[0]!.write, failed: true, error: failure }], false)
    else this.#runEachAgain(outcomes)
  }

  /** Returns what went wrong; nothing is then left of the transaction. */
  #commit(): unknown {
    try {
      this.#connection.control("COMMIT")
      this.#commitCount += 1
      this.#options.checkpointer.noteCommit()
      return undefined
    } catch (error) {
      this.#rollBack()
      return translateSqliteError(error)
    }
  }

  #rollBack(): void {
    if (this.#connection.isTransaction) this.#connection.control("ROLLBACK")
  }

  #runInSavepoint(write: WaitingWrite): Outcome {
    const connection = this.#connection
    try {
      connection.control("SAVEPOINT request")
      const value = runRequest(connection, write)
      connection.control("RELEASE request")
      return { write, failed: false, value }
    } catch (error) {
      if (connection.isTransaction) {
        connection.control("ROLLBACK TO request")
        connection.control("RELEASE request")
      }
      return { write, failed: true, error: translateSqliteError(error) }
    }
  }

  /** Runs the only write of a transaction: without a savepoint, since there is nothing else to keep. */
  #runAlone(write: WaitingWrite): Outcome {
    try {
      return { write, failed: false, value: runRequest(this.#connection, write) }
    } catch (error) {
      this.#rollBack()
      return { write, failed: true, error: translateSqliteError(error) }
    }
  }

  /** After the engine rolled a whole group back: what had succeeded gets a second try, each in its own transaction. */
  #runEachAgain(outcomes: readonly Outcome[]): void {
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.failed) {
        this.#settle([outcome], false)
        continue
      }
      if (!this.#begin()) {
        this.#waiting.unshift(...outcomes.slice(index).map(({ write }) => write))
        return
      }
      const before = this.#connection.totalChanges
      const again = this.#runAlone(outcome.write)
      const wrote = this.#connection.totalChanges !== before
      const failure = again.failed ? undefined : this.#commit()
      this.#settle([failure === undefined ? again : { write: outcome.write, failed: true, error: failure }], wrote)
    }
  }

  /** Answers the writes of a group once everything that their outcome rests on is on the disk. */
  #settle(outcomes: readonly Outcome[], wrote: boolean): void {
    const { sync, durability, onCommit } = this.#options
    const tell = (): void => {
      for (const { write, failed, value, error } of outcomes) {
        if (failed) write.reject(error)
        else write.resolve(value)
      }
      if (wrote) onCommit()
    }
    this.#writeCount += outcomes.length
    if (durability === "full" && (wrote || !sync.idle)) sync.afterSync(tell)
    else tell()
  }

  #refuse(writes: readonly WaitingWrite[], reason: unknown): void {
    for (const write of writes) write.reject(reason)
  }

  #expire(): void {
    const oldestMs = performance.now() - waitMsMax
    const fresh = this.#waiting.findIndex((write) => write.askedAtMs > oldestMs)
    this.#refuse(this.#waiting.splice(0, fresh === -1 ? this.#waiting.length : fresh), databaseBusy())
  }

  #expireWhilePaused(): void {
    const timer = setInterval(() => {
      if (this.#paused) this.#expire()
      else clearInterval(timer)
    }, backOffMsMax)
  }
}
