import type {
  BuildEntry,
  DaemonFile,
  LogEntry,
  LogLine,
  LostEntry,
  ReloadEntry,
  RequestEntry,
  StatsResponse,
} from "../protocol/admin-api.ts"
import type { FunctionDetail } from "../protocol/functions-api.ts"
import type { DashboardState } from "./dashboard/dashboard-state.ts"
import { initialState } from "./dashboard/dashboard-state.ts"
import type { Numbered } from "./dashboard/entry-ring.ts"
import { EntryRing } from "./dashboard/entry-ring.ts"

/** What the daemon does, as far as the dashboard can tell. */
export type DaemonState = "starting" | "serving" | "died" | "stopped"

/** What the Changes pane lists. */
export type ChangeEntry = ReloadEntry | BuildEntry | LogLine | LostEntry | DeathEntry

/** The end of a daemon that nobody had asked to end, with the last lines of its log. */
export interface DeathEntry {
  readonly kind: "death"
  readonly time: string
  readonly pid: number
  readonly lines: readonly string[]
}

/** A sentence about the daemon's trouble or about a key that was pressed. */
export interface DevMessage {
  readonly urgent: boolean
  readonly text: string
}

/** What `alyx dev` knows, at one moment. Frozen: a new one is made for each change that is shown. */
export interface DevSnapshot {
  readonly daemon: DaemonFile
  readonly daemonState: DaemonState
  readonly stats: StatsResponse | null
  /** Requests a second, newest last: one value for each time that the counts were asked for. */
  readonly rates: readonly number[]
  /** Messages of live queries a second; null until it was asked for twice. */
  readonly liveRate: number | null
  /** Oldest first. */
  readonly requests: readonly Numbered<RequestEntry>[]
  /** Reloads, builds of functions, and what the daemon said beside them; oldest first. */
  readonly changes: readonly Numbered<ChangeEntry>[]
  /** By name. */
  readonly functions: readonly Numbered<FunctionDetail>[]
  /** How many entries wait for the end of a pause. */
  readonly heldCount: number
  /** Null when there is nothing to say. */
  readonly message: DevMessage | null
  /** What the person did with the screen. */
  readonly view: DashboardState
}

/** How many entries of each kind are kept: as many as the daemon keeps for those who come late. */
const keptCountMax = 1_000

/** How many rates are kept: two minutes of them. */
const rateCountMax = 60

/**
 * How long after one change is shown the next one waits: an answer to a key less, since it is waited for. Drawing takes
 * 7 to 10 ms, so five frames a second of 200 entries cost 8 % of a core.
 */
const commitIntervalMs = { entry: 200, key: 100 }

/**
 * What the screens of `alyx dev` show, outside of React: entries go into rings at any rate, and those who subscribed
 * are told five times a second, and at most ten times when keys are
 * pressed.
 */
export class DevStore {
  readonly #listeners = new Set<() => void>()
  readonly #requests = new EntryRing<RequestEntry>({ countMax: keptCountMax })
  readonly #changes = new EntryRing<ChangeEntry>({ countMax: keptCountMax })
  #rates: readonly number[] = []
  #liveRate: number | null = null
  #functions: readonly Numbered<FunctionDetail>[] = []
  #counted: { readonly total: number; readonly messages: number; readonly atMs: number } | null = null
  #nextId = 1
  #daemon: DaemonFile
  #daemonState: DaemonState = "starting"
  #stats: StatsResponse | null = null
  #message: DevMessage | null = null
  #view: DashboardState = initialState
  #snapshot: DevSnapshot
  #timer: NodeJS.Timeout | undefined
  #committedAt = 0
  #dueAt = 0

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

  /** What the person did with the screen, up to the last key. */
  get view(): DashboardState {
    return this.#view
  }

  setView(view: DashboardState): void {
    if (view === this.#view) return
    this.#view = view
    this.#changed("key")
  }

  add(entry: LogEntry | DeathEntry): void {
    // Calls are requests as well; what functions logged is shown with them.
    if (isNoNews(entry) || entry.kind === "execution") return
    const id = this.#nextId++
    if (entry.kind === "request") this.#requests.add({ id, entry })
    else this.#changes.add({ id, entry })
    this.#changed("entry")
  }

  /** Holds back what comes from now on, or shows it again. */
  setPaused(isPaused: boolean): void {
    for (const ring of [this.#requests, this.#changes]) {
      if (isPaused) ring.hold()
      else ring.release()
    }
    this.#changed("key")
  }

  clear(pane: "requests" | "changes"): void {
    if (pane === "requests") this.#requests.clear()
    else this.#changes.clear()
    this.#changed("key")
  }

  setDaemon(daemon: DaemonFile): void {
    if (daemon.pid !== this.#daemon.pid) {
      this.#stats = null
      this.#functions = []
      this.#counted = null
      this.#liveRate = null
    }
    this.#daemon = daemon
    this.setDaemonState("starting")
  }

  setDaemonState(state: DaemonState): void {
    this.#daemonState = state
    this.#changed("entry")
  }

  setStats(stats: StatsResponse, nowMs: number = performance.now()): void {
    const { total } = stats.requests
    const messages = stats.realtime?.messages ?? 0
    const before = this.#counted
    if (before !== null && nowMs - before.atMs > 500) {
      const seconds = (nowMs - before.atMs) / 1_000
      const rate = Math.max(0, total - before.total) / seconds
      this.#liveRate = Math.max(0, messages - before.messages) / seconds
      this.#rates = [...this.#rates, rate].slice(-rateCountMax)
    }
    if (before === null || nowMs - before.atMs > 500) this.#counted = { total, messages, atMs: nowMs }
    this.#stats = stats
    this.setDaemonState("serving")
  }

  /** How functions are now. */
  setFunctions(functions: readonly FunctionDetail[]): void {
    if (functions.length === 0 && this.#functions.length === 0) return
    this.#functions = functions.map((entry, index) => ({ id: index + 1, entry }))
    this.#changed("entry")
  }

  setMessage(message: DevMessage | null): void {
    this.#message = message
    this.#changed("key")
  }

  /** Drops what was said, unless it is about the daemon's trouble. */
  forgetMessage(): void {
    if (this.#message !== null && !this.#message.urgent) this.setMessage(null)
  }

  /** Ends the waiting commit; nothing is told to anybody after this. */
  close(): void {
    clearTimeout(this.#timer)
    this.#listeners.clear()
  }

  #changed(why: keyof typeof commitIntervalMs): void {
    const dueAt = Math.max(performance.now(), this.#committedAt + commitIntervalMs[why])
    if (this.#timer !== undefined) {
      if (this.#dueAt <= dueAt) return
      clearTimeout(this.#timer)
    }
    this.#dueAt = dueAt
    this.#timer = setTimeout(() => this.#commit(), dueAt - performance.now())
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
      daemonState: this.#daemonState,
      stats: this.#stats,
      rates: this.#rates,
      liveRate: this.#liveRate,
      requests: this.#requests.shown(),
      changes: this.#changes.shown(),
      functions: this.#functions,
      heldCount: this.#requests.heldCount + this.#changes.heldCount,
      message: this.#message,
      view: this.#view,
    }
  }
}

/** A file that was saved again is an answer to somebody; that migrations/ asks for nothing new is none. */
function isNoNews(entry: LogEntry | DeathEntry): boolean {
  return entry.kind === "reload" && entry.cause === "migrations" && entry.outcome === "unchanged" && !entry.mended
}
