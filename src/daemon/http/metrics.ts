import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client"

import type { DatabaseStats } from "../storage/database.ts"

/** From 0.5 ms, where a get by id lies, to 10 s, where every deadline has passed. */
const durationBucketsSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

/** What metrics are read from when somebody asks for them. */
export interface MetricSources {
  readonly databaseStats: () => DatabaseStats
  readonly inFlight: () => number
}

/** The figures that /metrics shows, in a registry of their own, so that two daemons in one process do not collide. */
export class HttpMetrics {
  readonly #registry = new Registry()
  readonly #durations: Histogram<"method" | "route" | "status">
  readonly #series = new Map<string, (durationSeconds: number) => void>()

  constructor(sources: MetricSources) {
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry })
    this.#durations = new Histogram({
      name: "alyx_http_request_duration_seconds",
      help: "Time from the head of a request to the end of its answer, by route pattern.",
      labelNames: ["method", "route", "status"],
      buckets: durationBucketsSeconds,
      registers,
    })
    for (const { name, help, value } of gauges(sources)) {
      const gauge: Gauge = new Gauge({ name, help, registers, collect: () => gauge.set(value()) })
    }
  }

  /** Counts one request. The route is a pattern and the method a known one, so the number of series has a bound. */
  observeRequest(method: string, route: string, status: number, durationMs: number): void {
    const key = `${method} ${route} ${status}`
    let observe = this.#series.get(key)
    if (observe === undefined) {
      const child = this.#durations.labels({ method, route, status: String(status) })
      observe = (seconds) => child.observe(seconds)
      this.#series.set(key, observe)
    }
    observe(durationMs / 1_000)
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** The exposition text of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }
}

function gauges(sources: MetricSources): { name: string; help: string; value: () => number }[] {
  const stats = sources.databaseStats
  return [
    { name: "alyx_http_requests_in_flight", help: "Requests in work now.", value: sources.inFlight },
    { name: "alyx_database_file_bytes", help: "Size of the database file.", value: () => stats().fileBytes },
    { name: "alyx_database_wal_bytes", help: "Size of the write-ahead log.", value: () => stats().walBytes },
    { name: "alyx_database_commits", help: "Group commits since the start.", value: () => stats().commitCount },
    { name: "alyx_database_writes", help: "Writes since the start.", value: () => stats().writeCount },
    { name: "alyx_database_syncs", help: "Syncs of the log file since the start.", value: () => stats().syncCount },
    {
      name: "alyx_database_writes_waiting",
      help: "Writes that wait for their commit now.",
      value: () => stats().waitingCount,
    },
  ]
}
