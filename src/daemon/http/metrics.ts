import type { Registry } from "prom-client"

import type { DatabaseStats } from "../storage/database.ts"
import type { LiveSocketStats } from "../realtime/live-sockets.ts"
import { DurationHistogram } from "./duration-histogram.ts"

/** What metrics are read from when somebody asks for them. */
export interface MetricSources {
  readonly databaseStats: () => DatabaseStats
  readonly inFlight: () => number
  /** Null where live queries are not served. */
  readonly live: () => LiveSocketStats | null
  /** What is counted of functions, as text. */
  readonly functionsText: () => string
}

/** The text format of Prometheus. */
export const metricsContentType = "text/plain; version=0.0.4; charset=utf-8"

/** The figures that /metrics shows. */
export class HttpMetrics {
  readonly #sources: MetricSources
  readonly #durations = new DurationHistogram({
    name: "alyx_http_request_duration_seconds",
    help: "Time from the head of a request to the end of its answer, by route pattern.",
  })
  /** By status. */
  readonly #refused = new Map<number, number>()
  #processRegistry: Promise<Registry> | undefined

  constructor(sources: MetricSources) {
    this.#sources = sources
  }

  /** Counts one request. */
  observeRequest(method: string, route: string, status: number, durationMs: number): void {
    this.#durations.observe(method, route, status, durationMs / 1_000)
  }

  /** Counts what Node could not make a request of. */
  countRefused(status: number): void {
    this.#refused.set(status, (this.#refused.get(status) ?? 0) + 1)
  }

  /** Everything, in the text format of Prometheus. */
  async text(): Promise<string> {
    this.#processRegistry ??= makeProcessRegistry().catch((error: unknown) => {
      // The next scrape tries again.
      this.#processRegistry = undefined
      throw error
    })
    const registry = await this.#processRegistry
    const own = `${this.#durations.text()}${refusedText(this.#refused)}${figuresText(this.#sources)}${liveText(this.#sources.live())}${this.#sources.functionsText()}`
    return own + (await registry.metrics())
  }
}

/**
 * Memory, event loop, garbage collection. Made at the first scrape: measuring the delay of the event loop wakes the
 * process a hundred times a second, which a daemon that nobody scrapes need not do.
 */
async function makeProcessRegistry(): Promise<Registry> {
  // A CommonJS package: in a bundle it has this export and no other.
  const { default: prometheus } = await import("prom-client")
  const register = new prometheus.Registry()
  prometheus.collectDefaultMetrics({ register })
  return register
}

function refusedText(refused: ReadonlyMap<number, number>): string {
  const name = "alyx_http_refused_total"
  const lines = [`# HELP ${name} What was no HTTP, or did not arrive in time, by status.`, `# TYPE ${name} counter`]
  for (const [status, count] of refused) lines.push(`${name}{status="${status}"} ${count}`)
  return `${lines.join("\n")}\n`
}

function figuresText({ databaseStats, inFlight }: MetricSources): string {
  const stats = databaseStats()
  return [
    figure("alyx_http_requests_in_flight", "gauge", "Requests in work now.", inFlight()),
    figure("alyx_database_file_bytes", "gauge", "Size of the database file.", stats.fileBytes),
    figure("alyx_database_wal_bytes", "gauge", "Size of the write-ahead log.", stats.walBytes),
    figure("alyx_database_commits_total", "counter", "Group commits since the start.", stats.commitCount),
    figure("alyx_database_writes_total", "counter", "Writes since the start.", stats.writeCount),
    figure("alyx_database_syncs_total", "counter", "Syncs of the log file since the start.", stats.syncCount),
    figure("alyx_database_writes_waiting", "gauge", "Writes that wait for their commit now.", stats.waitingCount),
  ].join("")
}

function liveText(live: LiveSocketStats | null): string {
  if (live === null) return ""
  return [
    figure("alyx_realtime_sockets", "gauge", "Sockets that are open now.", live.sockets),
    figure("alyx_realtime_subscriptions", "gauge", "Queries that are followed now.", live.subscriptions),
    figure("alyx_realtime_groups", "gauge", "Different ones among them.", live.groups),
    figure("alyx_realtime_untaken_bytes", "gauge", "What clients have not taken yet.", live.untakenBytes),
    figure("alyx_realtime_messages_total", "counter", "Messages handed to subscribers.", live.messages),
  ].join("")
}

function figure(name: string, type: "counter" | "gauge", help: string, value: number): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`
}
