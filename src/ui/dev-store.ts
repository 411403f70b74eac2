import type { DaemonFile, LogEntry, LogLine, ReloadEntry, RequestEntry, StatsResponse } from "../protocol/admin-api.ts"

/** What `alyx dev` knows, at one moment. Frozen: a new one is made for each change that is shown. */
export interface DevSnapshot {
  readonly daemon: DaemonFile
  readonly stats: StatsResponse | null
  /** Oldest first. */
  readonly requests: readonly RequestEntry[]
  /** Reloads, and what the daemon said beside them; oldest first. */
  readonly events: readonly (ReloadEntry | LogLine)[]
  /** A sentence about the daemon's trouble or about a key that was pressed; null when there is nothing to say. */
  readonly message: { readonly urgent: boolean; readonly text: string } | null
}

/** How many entries of each kind are kept: more than the tallest screen shows. */
const keptCountMax = 300

/** How long after one change is shown the next one waits: ten a second cost a tenth of a core, more cost more. */
const commitIntervalMs = 100

/**
 * What the screens of `alyx dev` show, outside of React: entries go into rings at any rate, and those who subscribed
 * are told at most ten times a second.
 */
export class DevStore {
  readonly #listeners = new Set<() => void>()
  readonly #requests: RequestEntry[] = []
  readonly #events: (ReloadEntry | LogLine)[] = []
  #daemon: DaemonFile
  #stats: StatsResponse | null = null
  #message: DevSnapshot["message"] = null
  #snapshot: DevSnapshot
  #timer: NodeJS.Timeout | undefined
  #committedAt = 0

  constructor(daemon: DaemonFile) {
    this.#daemon = daemon
    this.#snapshot = this.#take()
  }

  /** Calls the listener when there is a new snapshot; returns the way to stop. For useSyncExternalStore. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  readonly snapshot = (): DevSnapshot => this.#snapshot

  add(entry: LogEntry): void {
    if (entry.kind === "request") keep(this.#requests, entry)
    else if (entry.kind === "reload" || entry.kind === "log") keep(this.#events, entry)
    this.#changed()
  }

  setDaemon(daemon: DaemonFile): void {
    this.#daemon = daemon
    this.#changed()
  }

  setStats(stats: StatsResponse): void {
    this.#stats = stats
    this.#changed()
  }

  setMessage(message: DevSnapshot["message"]): void {
    this.#message = message
    this.#changed()
  }

  /** Ends the waiting commit; nothing is told to anybody after this. */
  close(): void {
    clearTimeout(this.#timer)
    this.#listeners.clear()
  }

  #changed(): void {
    if (this.#timer !== undefined) return
    const waitMs = Math.max(0, this.#committedAt + commitIntervalMs - performance.now())
    this.#timer = setTimeout(() => this.#commit(), waitMs)
  }

  #commit(): void {
    this.#timer = undefined
    this.#committedAt = performance.now()
    this.#snapshot = this.#take()
    for (const listener of this.#listeners) listener()
  }

  #take(): DevSnapshot {
    return {
      daemon: this.#daemon,
      stats: this.#stats,
      requests: [...this.#requests],
      events: [...this.#events],
      message: this.#message,
    }
  }
}

function keep<Entry>(ring: Entry[], entry: Entry): void {
  ring.push(entry)
  if (ring.length > keptCountMax) ring.shift()
}
