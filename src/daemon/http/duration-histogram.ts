/** From 0.5 ms, where a get by id lies, to 10 s, where every deadline has passed. */
const bucketBoundsSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

/** One set of label values with what was observed under it. */
interface Series {
  /** `method="GET",route="/",status="200"` */
  readonly labels: string
  /** Not cumulative; the last one counts what is over every bound. */
  readonly counts: Float64Array
  sumSeconds: number
}

/**
 * A Prometheus histogram of request durations. It stands on the path of every request, where prom-client's own took
 * 0.8 µs of about 20; this one takes a third of that, and leaves prom-client, 20 ms to load, to the first scrape.
 */
export class DurationHistogram {
  readonly #name: string
  readonly #help: string
  readonly #series = new Map<string, Series>()

  constructor(options: { readonly name: string; readonly help: string }) {
    this.#name = options.name
    this.#help = options.help
  }

  /** Counts one request. Routes are patterns, methods and statuses known ones, so the number of series has a bound. */
  observe(method: string, route: string, status: number, durationSeconds: number): void {
    const key = `${method} ${route} ${status}`
    let series = this.#series.get(key)
    if (series === undefined) {
      const labels = `method="${method}",route="${route}",status="${status}"`
      series = { labels, counts: new Float64Array(bucketBoundsSeconds.length + 1), sumSeconds: 0 }
      this.#series.set(key, series)
    }
    let bucket = 0
    while (bucket < bucketBoundsSeconds.length && durationSeconds > bucketBoundsSeconds[bucket]!) bucket += 1
    series.counts[bucket]! += 1
    series.sumSeconds += durationSeconds
  }

  /** The text format of Prometheus. */
  text(): string {
    const lines = [`# HELP ${this.#name} ${this.#help}`, `# TYPE ${this.#name} histogram`]
    for (const series of this.#series.values()) lines.push(...this.#seriesLines(series))
    return `${lines.join("\n")}\n`
  }

  #seriesLines({ labels, counts, sumSeconds }: Series): string[] {
    let total = 0
    const bounds = [...bucketBoundsSeconds, "+Inf"]
    const buckets = bounds.map((bound, at) => {
      total += counts[at]!
      return `${this.#name}_bucket{${labels},le="${bound}"} ${total}`
    })
    return [...buckets, `${this.#name}_sum{${labels}} ${sumSeconds}`, `${this.#name}_count{${labels}} ${total}`]
  }
}
