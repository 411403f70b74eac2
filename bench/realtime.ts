import { cpuSeconds, residentMiB } from "./process-facts.ts"
import { Subscribers } from "./realtime-clients.ts"
import { startLiveAlyx, startLivePocketBase } from "./servers/live.ts"
import type { LiveServer } from "./servers/live.ts"

/** How much is measured. */
export interface RealtimeScale {
  /** Clients of one query, and of as many queries as there are of them. */
  readonly subscribers: number
  /** Clients of the large fan-out. */
  readonly many: number
  /** Queries that nobody writes to. */
  readonly idle: number
  readonly rounds: number
}

export const fullScale: RealtimeScale = { subscribers: 1_000, many: 5_000, idle: 10_000, rounds: 30 }

/** From a write to its arrival, over all clients and rounds. */
export interface FanOut {
  readonly what: string
  readonly server: string
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  /** CPU time of the server for one write with everything that came of it. */
  readonly cpuMsPerWrite: number
  /** Of the server, for a client that follows a query; NaN where it was not measured. */
  readonly kibPerClient: number
}

/** What queries that nobody writes to cost a write. */
export interface IdleCost {
  readonly subscriptions: number
  readonly p50Ms: number
  readonly cpuMsPerWrite: number
}

/** Everything that is measured of live queries. */
export interface RealtimeReport {
  readonly scale: RealtimeScale
  readonly fanOuts: readonly FanOut[]
  readonly idle: readonly IdleCost[]
}

interface Place {
  readonly folder: string
  readonly pin: readonly string[]
}

/** Idle queries that one client follows. */
const queriesPerClient = 100

/** Writes that are timed for the cost of idle queries. */
const idleWrites = 200

/** Measures live queries of Alyx, and of PocketBase what it has of them. */
export async function measureRealtime(place: Place, scale: RealtimeScale = fullScale): Promise<RealtimeReport> {
  const fanOuts: FanOut[] = []
  const { subscribers, many } = scale
  await withServer(
    () => startLivePocketBase({ ...place, port: 18_406 }),
    async (server) => {
      fanOuts.push(await fanOut(server, { what: `${subscribers} clients, one query`, count: subscribers, scale }))
    },
  )
  await withServer(
    () => startLiveAlyx({ ...place, port: 18_407, keyCount: subscribers }),
    async (server) => {
      const shared = { count: subscribers, scale }
      fanOuts.push(await fanOut(server, { ...shared, what: `${subscribers} clients, one query` }))
      const byKey = { ...shared, isByKey: true }
      fanOuts.push(
        await fanOut(server, { ...byKey, what: `${subscribers} views by auth.id, one of them changes`, isOne: true }),
      )
      fanOuts.push(await fanOut(server, { ...byKey, what: `${subscribers} views by auth.id, all of them change` }))
      fanOuts.push(await fanOut(server, { what: `${many} clients, one query`, count: many, scale }))
    },
  )
  const idle: IdleCost[] = []
  await withServer(
    () => startLiveAlyx({ ...place, port: 18_408, keyCount: 1 }),
    async (server) => {
      idle.push(await idleCost(server, 0))
      idle.push(await idleCost(server, scale.idle))
    },
  )
  return { scale, fanOuts, idle }
}

async function fanOut(
  server: LiveServer,
  options: {
    readonly what: string
    readonly count: number
    readonly scale: RealtimeScale
    /** Every client is somebody else to the rule. */
    readonly isByKey?: boolean
    /** Each write concerns one of them. */
    readonly isOne?: boolean
  },
): Promise<FanOut> {
  const { what, count, scale, isByKey = false, isOne = false } = options
  process.stderr.write(`${server.name}: ${what}\n`)
  const clients = new Subscribers()
  try {
    const memoryBefore = residentMiB(server.pid)
    await clients.open(server.port, count, (client, index) => server.follow(client, { key: isByKey ? index : null }))
    const kibPerClient = ((residentMiB(server.pid) - memoryBefore) * 1_024) / count
    const round = (number: number): Promise<number[]> =>
      clients.arrivals(isOne ? 1 : count, () => server.write(isOne ? number % count : "everybody"))
    for (let number = 0; number < 3; number += 1) await round(number)
    const cpuBefore = cpuSeconds(server.pid)
    const took: number[] = []
    for (let number = 0; number < scale.rounds; number += 1) took.push(...(await round(number)))
    const cpuMsPerWrite = ((cpuSeconds(server.pid) - cpuBefore) * 1_000) / scale.rounds
    took.sort((one, other) => one - other)
    const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))]!
    return { what, server: server.name, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), cpuMsPerWrite, kibPerClient }
  } finally {
    clients.close()
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

async function idleCost(server: LiveServer, subscriptions: number): Promise<IdleCost> {
  process.stderr.write(`${server.name}: ${subscriptions} idle subscriptions\n`)
  const clients = new Subscribers()
  try {
    await clients.open(server.port, subscriptions / queriesPerClient, (client, index) => {
      const filters = Array.from(
        { length: queriesPerClient },
        (_, query) => `nobody ${index * queriesPerClient + query}`,
      )
      return server.follow(client, { key: null, filters })
    })
    for (let number = 0; number < 20; number += 1) await server.write("everybody")
    const cpuBefore = cpuSeconds(server.pid)
    const took: number[] = []
    for (let number = 0; number < idleWrites; number += 1) {
      const began = performance.now()
      await server.write("everybody")
      took.push(performance.now() - began)
    }
    took.sort((one, other) => one - other)
    const cpuMsPerWrite = ((cpuSeconds(server.pid) - cpuBefore) * 1_000) / idleWrites
    return { subscriptions, p50Ms: took[Math.floor(took.length / 2)]!, cpuMsPerWrite }
  } finally {
    clients.close()
  }
}

async function withServer(
  start: () => Promise<LiveServer>,
  work: (server: LiveServer) => Promise<void>,
): Promise<void> {
  const server = await start()
  try {
    await work(server)
  } finally {
    await server.stop()
  }
}
