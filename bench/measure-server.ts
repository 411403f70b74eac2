import type { LoadPlan, LoadResult } from "./load.ts"
import { createTemplate } from "./posts.ts"
import { cpuSeconds, residentMiB } from "./process-facts.ts"
import { httpRequest, runLoad } from "./run-load.ts"
import type { BenchServer } from "./servers/server.ts"

/** One server doing one thing, in one round. */
export interface Measurement {
  readonly server: string
  readonly what: string
  /** CPU time of the server a request, in microseconds. */
  readonly cpuMicros: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly memoryMiB: number
}

/** Measures get, list and create on a running server, after a second of warm-up each. */
export async function measureServer(
  server: BenchServer,
  options: { seconds: number; loadPin: readonly string[] },
): Promise<Measurement[]> {
  const gets = server.ids
    .filter((_, index) => index % 10 === 0)
    .map((id) => httpRequest(server, "GET", server.paths.get(id)))
  const create = httpRequest(server, "POST", server.paths.create, JSON.stringify(createTemplate))
  const cases = [
    { what: "get by id", clientCount: 32, requests: gets, expectedStatus: 200 },
    {
      what: "list 20 of 10,000",
      clientCount: 32,
      requests: [httpRequest(server, "GET", server.paths.list)],
      expectedStatus: 200,
    },
    { what: "create, 32 clients", clientCount: 32, requests: [create], expectedStatus: server.createdStatus },
    { what: "create, 1 client", clientCount: 1, requests: [create], expectedStatus: server.createdStatus },
  ]
  const found: Measurement[] = []
  let firstNumber = 1
  const load = async (plan: Omit<LoadPlan, "host" | "port" | "firstNumber">): Promise<LoadResult> => {
    const result = await runLoad({ ...plan, host: "127.0.0.1", port: server.port, firstNumber }, options.loadPin)
    firstNumber += 10_000_000
    return result
  }
  for (const { what, ...plan } of cases) {
    await load({ ...plan, seconds: 1 })
    const before = cpuSeconds(server.pid)
    const result = await load({ ...plan, seconds: options.seconds })
    const cpu = cpuSeconds(server.pid) - before
    if (result.failedCount > 0)
      throw new Error(`${server.name}, ${what}: ${result.failedCount} failed, e.g. ${result.firstFailure}`)
    found.push({
      server: server.name,
      what,
      cpuMicros: (cpu * 1e6) / result.requestCount,
      perSecond: result.requestCount / result.seconds,
      p50Ms: result.p50Ms,
      p99Ms: result.p99Ms,
      memoryMiB: residentMiB(server.pid),
    })
  }
  return found
}
