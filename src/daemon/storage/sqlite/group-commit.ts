import { alyxError } from "../../../errors.ts"
import type { Transaction } from "../database.ts"
import type { Checkpointer } from "./checkpointer.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"
import { busyWaitMsMax, isBusy, nextPauseMs } from "./busy-back-off.ts"
import { databaseBusy, databaseInUse, translateSqliteError } from "./sqlite-errors.ts"
import { rollBack, runGroup } from "./run-group.ts"
import type { Outcome } from "./run-group.ts"
import type { WriteRequest } from "./run-request.ts"
import type { WalSync } from "./wal-sync.ts"

/** A group ends after this many requests, if not by its time. */
const groupRequestsMax = 256

/** Further writes are refused: OVERLOADED. */
const waitingCountMax = 10_000

/** How often it is looked whether writes have waited too long for a rebuild of a table, or a transaction. */
const expiryMs = 100

interface WaitingWrite extends WriteRequest {
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
  /** Of performance.now(); later by as long as a transaction of ours kept it waiting. */
  readonly askedAtMs: number
  /** Its group came to nothing: the next try is a transaction of its own. */
  readonly isAlone: boolean
}

/** What keeps groups from starting: `ctx.db.transaction` of a function, or work such as a migration or an import. */
export type PauseReason = "transaction" | "work"

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
 * Everything from BEGIN to COMMIT happens in one synchronous function, so no read sees what is not committed. Each of
 * these statements may fail (a full disk, a damaged file, a trigger that rolls back): that fails the writes that it
 * concerns, and never throws out of a turn, which would end the process and leave promises unsettled.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions
  readonly #connection: SqliteConnection
  #waiting: WaitingWrite[] = []
  #scheduled = false
  #paused: { readonly reason: PauseReason; readonly sinceMs: number } | null = null
  #expiry: NodeJS.Timeout | undefined
  #backOffMs = 0
  #changesBefore = 0
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
      this.#waiting.push({ work, requestId, resolve: settle, reject, askedAtMs: performance.now(), isAlone: false })
      this.#schedule()
    })
  }

  /**
   * Keeps groups from starting until `resume`; a write that waits too long meanwhile is refused. A transaction ends by its
   * own timeout, so that what waits for it is not counted.
   */
  pause(reason: PauseReason): void {
    this.#paused = { reason, sinceMs: performance.now() }
    if (reason === "work") this.#expiry ??= setInterval(() => this.#expire(), expiryMs)
  }

  resume(): void {
    if (this.#paused?.reason === "transaction") this.#forgive(this.#paused.sinceMs)
    this.#paused = null
    clearInterval(this.#expiry)
    this.#expiry = undefined
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
    if (this.#scheduled || this.#paused !== null || this.#waiting.length === 0) return
    this.#scheduled = true
    setImmediate(this.#startTurn)
  }

  readonly #startTurn = (): void => {
    if (this.#options.sync.walBytes > this.#options.walBytesMax) {
      void this.#options.checkpointer.checkpoint().then(this.#takeTurn)
      return
    }
    this.#takeTurn()
  }

  readonly #takeTurn = (): void => {
    this.#scheduled = false
    if (this.#paused !== null) return
    const group = this.#waiting.splice(0, this.#waiting[0]?.isAlone === true ? 1 : groupRequestsMax)
    if (group.length > 0 && this.#begin(group)) this.#commitGroup(group)
    if (this.#waiting.length === 0) this.#whenDrained?.()
    if (this.#backOffMs === 0) this.#schedule()
  }

  /** Starts the transaction of a group; when another process holds the lock, tries again later. */
  #begin(group: readonly WaitingWrite[]): boolean {
    const backOffMs = this.#backOffMs
    this.#backOffMs = 0
    try {
      // Left behind by a rollback that failed.
      if (this.#connection.isTransaction) this.#connection.control("ROLLBACK")
      this.#connection.control("BEGIN IMMEDIATE")
      this.#changesBefore = this.#connection.totalChanges
      return true
    } catch (error) {
      if (isBusy(error)) this.#backOff(group, nextPauseMs(backOffMs))
      else this.#refuse(group, translateSqliteError(error))
      return false
    }
  }

  #backOff(group: readonly WaitingWrite[], pauseMs: number): void {
    this.#waiting.unshift(...group)
    this.#expire()
    if (this.#waiting.length === 0) return
    this.#backOffMs = pauseMs
    this.#scheduled = true
    setTimeout(this.#takeTurn, pauseMs)
  }

  #commitGroup(group: readonly WaitingWrite[]): void {
    const outcomes = runGroup(this.#connection, group)
    this.#waiting.unshift(...group.slice(outcomes.length))
    if (outcomes.at(-1)!.spoilsGroup === true) return this.#runEachAgain(outcomes)
    const { failed, error, wrote } = this.#commit()
    if (!failed) {
      this.#settle(outcomes, wrote)
      this.#options.checkpointer.noteCommit()
    } else if (outcomes.length > 1) this.#runEachAgain(outcomes)
    else this.#settle([{ write: outcomes[0]!.write, failed, error }], false)
  }

  /** Commits, or says what went wrong; nothing is then left of the transaction. */
  #commit(): { readonly failed: boolean; readonly error?: unknown; readonly wrote: boolean } {
    try {
      const wrote = this.#connection.totalChanges !== this.#changesBefore
      this.#connection.control("COMMIT")
      this.#commitCount += 1
      return { failed: false, wrote }
    } catch (error) {
      rollBack(this.#connection)
      return { failed: true, error: translateSqliteError(error), wrote: false }
    }
  }

  /** After a whole group was rolled back: what had succeeded gets a second try, each in its own transaction. */
  #runEachAgain(outcomes: readonly Outcome<WaitingWrite>[]): void {
    this.#settle(
      outcomes.filter(({ failed }) => failed),
      false,
    )
    const succeeded = outcomes.filter(({ failed }) => !failed)
    this.#waiting.unshift(...succeeded.map(({ write }) => ({ ...write, isAlone: true })))
  }

  /** Answers the writes of a group once everything that their outcome rests on is on the disk. */
  #settle(outcomes: readonly Outcome<WaitingWrite>[], wrote: boolean): void {
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
    const oldestMs = performance.now() - busyWaitMsMax
    const fresh = this.#waiting.findIndex((write) => write.askedAtMs > oldestMs)
    const late = this.#waiting.splice(0, fresh === -1 ? this.#waiting.length : fresh)
    if (late.length > 0) this.#refuse(late, this.#paused === null ? databaseBusy() : databaseInUse())
  }

  /** What a transaction kept waiting since then has waited less, as far as its limit goes. */
  #forgive(sinceMs: number): void {
    const nowMs = performance.now()
    this.#waiting = this.#waiting.map((write) => ({
      ...write,
      askedAtMs: write.askedAtMs + nowMs - Math.max(sinceMs, write.askedAtMs),
    }))
  }
}
