import { sqlQuery } from "../storage/database.ts"
import type { Database } from "../storage/database.ts"
import type { Signals } from "../signals/signals.ts"

/** What CommitWatch needs. */
export interface CommitWatchOptions {
  readonly database: Database
  readonly signals: Signals
  /** How often writes of other processes are looked for; read at each look. */
  readonly pollIntervalMs: () => number
  /** Called when something may have been written. */
  readonly onNews: () => void
}

/** Every so many looks it is taken for granted that there is something new: a hint that was lost costs time alone. */
const looksPerNews = 20

/**
 * Notices writes: those of this process when they are committed, and those of other processes by the number that SQLite
 * changes with each of their commits.
 */
export class CommitWatch {
  readonly #options: CommitWatchOptions
  readonly #stops: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined
  #version: unknown
  #lookCount = 0

  constructor(options: CommitWatchOptions) {
    this.#options = options
  }

  get isRunning(): boolean {
    return this.#stops.length > 0
  }

  start(): void {
    if (this.isRunning) return
    const { database, signals, onNews } = this.#options
    this.#version = this.#readVersion()
    this.#stops.push(database.onCommit(onNews), signals.on("database", onNews))
    this.#wait()
  }

  stop(): void {
    clearTimeout(this.#timer)
    for (const stop of this.#stops.splice(0)) stop()
  }

  #wait(): void {
    this.#timer = setTimeout(() => {
      this.#look()
      if (this.isRunning) this.#wait()
    }, this.#options.pollIntervalMs())
    this.#timer.unref()
  }

  #look(): void {
    const version = this.#readVersion()
    this.#lookCount += 1
    if (version === this.#version && this.#lookCount % looksPerNews !== 0) return
    this.#version = version
    this.#options.onNews()
  }

  /** Undefined while the database cannot be asked, such as in a stop. */
  #readVersion(): unknown {
    try {
      return this.#options.database.read((reader) => reader.get(sqlQuery("PRAGMA data_version"))?.["data_version"])
    } catch {
      return undefined
    }
  }
}
