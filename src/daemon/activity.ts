import type { LogEntry, LogLevel, ReloadEntry, RequestEntry } from "../protocol/admin-api.ts"

/** An entry before it has its number and time. */
export type NewEntry = LogEntry extends infer Entry
  ? Entry extends LogEntry
    ? Omit<Entry, "seq" | "time">
    : never
  : never

/** How many past entries are kept for those who join late. */
const entryCountMax = 1_000

/**
 * What the daemon did lately, for `alyx logs` and the dashboard: a ring of entries, and those who follow it.
 * It holds no request bodies and no headers.
 */
export class Activity {
  readonly #entries: LogEntry[] = []
  readonly #followers = new Set<(entry: LogEntry) => void>()
  readonly #now: () => Date
  #seq = 0

  constructor(now: () => Date) {
    this.#now = now
  }

  /** True when someone reads along; costly entries are only made then. */
  get followed(): boolean {
    return this.#followers.size > 0
  }

  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#add({ kind: "log", level, message, ...(fields ? { fields } : {}) })
  }

  request(entry: Omit<RequestEntry, "kind" | "seq" | "time">): void {
    this.#add({ kind: "request", ...entry })
  }

  reload(entry: Omit<ReloadEntry, "kind" | "seq" | "time">): void {
    this.#add({ kind: "reload", ...entry })
  }

  /** Past entries after a number, oldest first, at most `tail` of them. */
  past(options: { readonly afterSeq?: number; readonly tail: number }): readonly LogEntry[] {
    const after = options.afterSeq ?? 0
    const found = this.#entries.filter((entry) => entry.seq > after)
    return options.tail >= found.length ? found : found.slice(found.length - options.tail)
  }

  /** Calls the follower with every new entry until the returned function is called. It must not throw. */
  follow(follower: (entry: LogEntry) => void): () => void {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }

  #add(entry: NewEntry): void {
    this.#seq += 1
    const numbered = { ...entry, seq: this.#seq, time: this.#now().toISOString() } as LogEntry
    this.#entries.push(numbered)
    if (this.#entries.length > entryCountMax) this.#entries.shift()
    for (const follower of this.#followers) follower(numbered)
  }
}
