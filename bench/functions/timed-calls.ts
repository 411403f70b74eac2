import { Agent, request } from "node:http"

/** Milliseconds of many calls. */
export interface Times {
  readonly count: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** What a call answered, and how long it took. */
export interface TimedAnswer {
  readonly status: number
  readonly body: string
  readonly tookMs: number
}

/** Sends requests over connections that stay open, as many at a time as are asked for. */
export class Calls {
  readonly #port: number
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 128 })

  constructor(port: number) {
    this.#port = port
  }

  call(method: "GET" | "POST", path: string, body?: unknown): Promise<TimedAnswer> {
    const text = body === undefined ? "" : JSON.stringify(body)
    return new Promise((resolve, reject) => {
      const begin = performance.now()
      const headers = body === undefined ? {} : { "content-type": "application/json", "content-length": text.length }
      const sent = request({ host: "127.0.0.1", port: this.#port, method, path, agent: this.#agent, headers })
      sent.on("error", reject)
      sent.on("response", (response) => {
        const chunks: Buffer[] = []
        response.on("data", (chunk: Buffer) => chunks.push(chunk))
        response.on("error", reject)
        response.on("end", () => {
          const tookMs = performance.now() - begin
          resolve({ status: response.statusCode!, body: Buffer.concat(chunks).toString(), tookMs })
        })
      })
      sent.end(text)
    })
  }

  /** Calls a function and returns its output; throws with the answer when it is not 200. */
  async output(name: string, input: unknown): Promise<{ readonly output: unknown; readonly tookMs: number }> {
    const { status, body, tookMs } = await this.call("POST", `/api/functions/${name}`, input)
    if (status !== 200) throw new Error(`${name} answered ${status}: ${body.slice(0, 500)}`)
    return { output: (JSON.parse(body) as { output: unknown }).output, tookMs }
  }

  /** Calls a function `count` times from `clients` callers at a time. */
  async times(name: string, input: unknown, run: { readonly count: number; readonly clients: number }): Promise<Times> {
    const tookMs: number[] = []
    let begun = 0
    const client = async (): Promise<void> => {
      while (begun < run.count) {
        begun += 1
        tookMs.push((await this.output(name, input)).tookMs)
      }
    }
    await Promise.all(Array.from({ length: run.clients }, client))
    return timesOf(tookMs)
  }

  close(): void {
    this.#agent.destroy()
  }
}

/** Median and 99th percentile. */
export function timesOf(durationsMs: readonly number[]): Times {
  const sorted = durationsMs.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99) }
}
