import type { EndedInvocation, FunctionPoolStats } from "./functions.ts"

/** Upper bounds in seconds: a warm call takes less than the first, a call that waits for others much more. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30]

/** How many functions are counted by their names; further ones count as `other`. */
const namesMax = 500

interface Counts {
  readonly byStatus: Map<EndedInvocation["status"] | "refused", number>
  /** Calls within each bucket, not those of the buckets before it; the last is for all that took longer. */
  readonly byDuration: number[]
  seconds: number
}

/** Counts calls of functions for /metrics. */
export class FunctionMetrics {
  readonly #counts = new Map<string, Counts>()

  readonly observe = ({ invocation, status, durationMs }: EndedInvocation): void => {
    const counts = this.#countsOf(invocation.manifest.name)
    const seconds = durationMs / 1_000
    counts.byStatus.set(status, (counts.byStatus.get(status) ?? 0) + 1)
    const bucket = buckets.findIndex((bound) => seconds <= bound)
    counts.byDuration[bucket === -1 ? buckets.length : bucket]! += 1
    counts.seconds += seconds
  }

  /** A call that was refused at once, of which nothing else is kept. */
  readonly refuse = (name: string): void => {
    const { byStatus } = this.#countsOf(name)
    byStatus.set("refused", (byStatus.get("refused") ?? 0) + 1)
  }

  /** The text format of Prometheus; empty where no function was ever called. */
  text(pool: FunctionPoolStats): string {
    if (this.#counts.size === 0) return ""
    return [
      ...head("alyx_function_calls_total", "counter", "Calls of functions that have ended, by function and status."),
      ...this.#totals(),
      ...head("alyx_function_duration_seconds", "histogram", "Time from the start of a call to its end, by function."),
      ...this.#durations(),
      ...gauge("alyx_function_workers", "Threads that run functions.", pool.workers),
      ...gauge("alyx_function_instances", "Instances of functions that are kept now.", pool.instances),
      ...gauge("alyx_function_running", "Calls that run now.", pool.running),
      ...gauge("alyx_function_queued", "Calls that wait for their turn now.", pool.queued),
      "",
    ].join("\n")
  }

  *#totals(): Generator<string> {
    for (const [name, { byStatus }] of this.#counts) {
      for (const [status, count] of byStatus) {
        yield `alyx_function_calls_total{function="${name}",status="${status}"} ${count}`
      }
    }
  }

  *#durations(): Generator<string> {
    const metric = "alyx_function_duration_seconds"
    for (const [name, { byDuration, seconds }] of this.#counts) {
      let count = 0
      for (const [index, inBucket] of byDuration.entries()) {
        count += inBucket
        yield `${metric}_bucket{function="${name}",le="${buckets[index] ?? "+Inf"}"} ${count}`
      }
      yield `${metric}_sum{function="${name}"} ${seconds}`
      yield `${metric}_count{function="${name}"} ${count}`
    }
  }

  #countsOf(name: string): Counts {
    const key = this.#counts.has(name) || this.#counts.size < namesMax ? name : "other"
    const known = this.#counts.get(key)
    if (known !== undefined) return known
    const made: Counts = {
      byStatus: new Map(),
      byDuration: Array.from({ length: buckets.length + 1 }, () => 0),
      seconds: 0,
    }
    this.#counts.set(key, made)
    return made
  }
}

function head(name: string, type: "counter" | "gauge" | "histogram", help: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}

function gauge(name: string, help: string, value: number): readonly string[] {
  return [...head(name, "gauge", help), `${name} ${value}`]
}
