import { closeSync, fdatasync, fstatSync, openSync } from "node:fs"

/** What WalSync needs. */
export interface WalSyncOptions {
  /** The database's path; the log is beside it. */
  readonly path: string
  /** Called once when a sync failed: what is on the disk is then unknown, and the process must end. */
  readonly onFailed: (error: Error) => void
}

/**
 * Brings the write-ahead log to the disk in the thread pool, so that the event loop never waits for it. One sync is
 * under way at a time; it covers every commit made before it began, and those made during it share the next one.
 * Only the -wal file is opened: it carries no locks, so closing a descriptor of it is harmless.
 */
export class WalSync {
  readonly #descriptor: number
  readonly #onFailed: (error: Error) => void
  #waiting: (() => void)[] = []
  #underWay = false
  #failed = false
  #count = 0

  /** The -wal file must exist, which it does from the first transaction of the first connection on. */
  constructor(options: WalSyncOptions) {
    this.#descriptor = openSync(`${options.path}-wal`, "r+")
    this.#onFailed = options.onFailed
  }

  get count(): number {
    return this.#count
  }

  get idle(): boolean {
    return !this.#underWay && this.#waiting.length === 0
  }

  get walBytes(): number {
    return fstatSync(this.#descriptor).size
  }

  /** Calls back once everything that was committed before this call is on the disk; never after a failed sync. */
  afterSync(done: () => void): void {
    this.#waiting.push(done)
    if (!this.#underWay && !this.#failed) this.#begin()
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #begin(): void {
    const covered = this.#waiting
    this.#waiting = []
    this.#underWay = true
    fdatasync(this.#descriptor, (error) => {
      this.#underWay = false
      if (error !== null) {
        this.#failed = true
        this.#onFailed(error)
        return
      }
      this.#count += 1
      if (this.#waiting.length > 0) this.#begin()
      for (const done of covered) done()
    })
  }
}
