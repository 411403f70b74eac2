import { RecentItems } from "../lib/recent-items.ts"
import type {
  BuildEntry,
  ExecutionEntry,
  LogEntry,
  LogLevel,
  LogLine,
  ReloadEntry,
  RequestEntry,
} from "../protocol/admin-api.ts"

/** How many past entries are kept for those who join late. */
const entryCountMax = 1_000

/** What they may weigh together, roughly; older ones make room. */
const entryBytesMax = 4 * 1024 * 1024

/**
 * What the daemon did lately, for `alyx logs` and the dashboard: a ring of entries, and those who follow it.
 * It holds no request bodies and no headers.
 */
export class Activity {
  readonly #entries = new RecentItems<LogEntry>({ countMax: entryCountMax, bytesMax: entryBytesMax })
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

  /** How many read along. */
  get followerCount(): number {
    return this.#followers.size
  }

  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void {
    const entry: LogLine = { kind: "log", level, message, ...this.#stamp(), ...(fields ? { fields } : {}) }
    this.#add(entry, message.length + (fields === undefined ? 0 : weightOf(fields)))
  }

  /** Returns the entry with its number and time. */
  request(told: Omit<RequestEntry, "kind" | "seq" | "time">): RequestEntry {
    const entry: RequestEntry = { kind: "request", ...told, ...this.#stamp() }
    this.#add(entry, told.url.length)
    return entry
  }

  reload(told: Omit<ReloadEntry, "kind" | "seq" | "time">): void {
    this.#add({ kind: "reload", ...told, ...this.#stamp() }, weightOf(told))
  }

  build(told: Omit<BuildEntry, "kind" | "seq" | "time">): void {
    this.#add({ kind: "build", ...told, ...this.#stamp() }, weightOf(told))
  }

  execution(told: Omit<ExecutionEntry, "kind" | "seq" | "time">): void {
    this.#add({ kind: "execution", ...told, ...this.#stamp() }, weightOf(told))
  }

  /** Past entries after a number, oldest first, at most `tail` of them. */
  past(options: { readonly afterSeq?: number; readonly tail: number }): readonly LogEntry[] {
    // Numbers have no gaps, so how many came after one is known.
    return this.#entries.newest(Math.min(options.tail, this.#seq - (options.afterSeq ?? 0)))
  }

  /** Calls the follower with every new entry until the returned function is called. It must not throw. */
  follow(follower: (entry: LogEntry) => void): () => void {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }

  #stamp(): { seq: number; time: string } {
    this.#seq += 1
    return { seq: this.#seq, time: this.#now().toISOString() }
  }

  #add(entry: LogEntry, textLength: number): void {
    this.#entries.add(entry, fixedBytes + textLength)
    for (const follower of this.#followers) follower(entry)
  }
}

/** What an entry weighs beside its texts. */
const fixedBytes = 400

/** The fields of a log line may be anything. */
function weightOf(value: unknown): number {
  try {
    return JSON.stringify(value)?.length ?? 0
  } catch {
    return fixedBytes
  }
}
