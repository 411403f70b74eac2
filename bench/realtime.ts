import { setTimeout as sleep } from "node:timers/promises"

import { cpuSeconds, pinnedTo, residentMiB } from "./process-facts.ts"
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
  /** Of a server that did nothing before, for a client that follows a query. */
  readonly kibPerClient: number
  /** CPU time of a write that nobody follows, and of one that one client follows. */
  readonly bareCpuMs: readonly [nobody: number, one: number]
}

/** What queries that nobody writes to cost a write. */
export interface IdleCost {
  readonly what: string
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
const idleWrites = 100

/** Writes that are timed with nobody, or one, to hear of them. */
const bareWrites = 100

/** From the beginning of one write to that of the next. */
const roundMs = 100

/** Measures live queries of Alyx, and of PocketBase what it has of them. The clients get a core of their own. */
export function measureRealtime(place: Place, scale: RealtimeScale = fullScale): Promise<RealtimeReport> {
  return pinnedTo(place.pin.length > 0 ? "1" : null, () => measureAll(place, scale))
}

async function measureAll(place: Place, scale: RealtimeScale): Promise<RealtimeReport> {
  const { subscribers, many } = scale
  const fanOuts: FanOut[] = []
  let port = 18_406
  const alyx = (readerCount: number): Promise<LiveServer> => startLiveAlyx({ ...place, port: (port += 1), readerCount })
  const peer = (): Promise<LiveServer> => startLivePocketBase({ ...place, port: 18_406 })
  // Each is measured on a server of its own: memory that an earlier one grew would hide what a client takes.
  const measure = (start: () => Promise<LiveServer>, options: Omit<FanOutOptions, "scale">): Promise<void> =>
    withServer(start, async (server) => void fanOuts.push(await fanOut(server, { ...options, scale })))
  const shared = { what: `${subscribers} clients, one query`, count: subscribers }
  const byKey = { count: subscribers, isByKey: true }
  await measure(peer, shared)
  await measure(() => alyx(0), shared)
  const views = `${subscribers} views by auth.id`
  await measure(() => alyx(subscribers), { ...byKey, what: `${views}, one of them changes`, isOne: true })
  await measure(() => alyx(subscribers), { ...byKey, what: `${views}, all of them change` })
  await measure(() => alyx(0), { what: `${many} clients, one query`, count: many })
  const idle: IdleCost[] = []
  const clientCount = scale.idle / queriesPerClient
  await withServer(
    () => alyx(clientCount + 1),
    async (server) => {
      for (const options of idleKinds(scale.idle, clientCount)) idle.push(await idleCost(server, options))
    },
  )
  return { scale, fanOuts, idle }
}

interface FanOutOptions {
  readonly what: string
  readonly count: number
  readonly scale: RealtimeScale
  /** Every client is somebody else to the rule. */
  readonly isByKey?: boolean
  /** Each write concerns one of them. */
  readonly isOne?: boolean
}

async function fanOut(server: LiveServer, options: FanOutOptions): Promise<FanOut> {
  const { what, count, scale, isByKey = false, isOne = false } = options
  process.stderr.write(`${server.name}: ${what}\n`)
  const clients = new Subscribers()
  try {
    const keyOf = (index: number): number | null => (isByKey ? index : null)
    const nobodyCpuMs = await bareCpuMs(server)
    const oneCpuMs = await bareCpuMs(server, keyOf(0))
    const memoryBefore = residentMiB(server.pid)
    await clients.open(server.port, count, (client, index) => server.follow(client, { key: keyOf(index) }))
    const kibPerClient = ((residentMiB(server.pid) - memoryBefore) * 1_024) / count
    const round = async (number: number): Promise<number[]> => {
      const next = sleep(roundMs)
      const arrived = await clients.arrivals(isOne ? 1 : count, () =>
        server.write(isOne ? number % count : "everybody"),
      )
      await next
      return arrived
    }
    for (let number = 0; number < 3; number += 1) await round(number)
    const cpuBefore = cpuSeconds(server.pid)
    const took: number[] = []
    for (let number = 0; number < scale.rounds; number += 1) took.push(...(await round(number)))
    const cpuMsPerWrite = ((cpuSeconds(server.pid) - cpuBefore) * 1_000) / scale.rounds
    took.sort((one, other) => one - other)
    const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))]!
    const times = { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) }
    return { what, server: server.name, ...times, cpuMsPerWrite, kibPerClient, bareCpuMs: [nobodyCpuMs, oneCpuMs] }
  } finally {
    clients.close()
    await sleep(500)
  }
}

/** What a write costs that nobody follows; with a key, one client does. */
async function bareCpuMs(server: LiveServer, key?: number | null): Promise<number> {
  const clients = new Subscribers()
  try {
    if (key !== undefined) await clients.open(server.port, 1, (client) => server.follow(client, { key }))
    for (let number = 0; number < 20; number += 1) await server.write("everybody")
    const before = cpuSeconds(server.pid)
    for (let number = 0; number < bareWrites; number += 1) await server.write("everybody")
    return ((cpuSeconds(server.pid) - before) * 1_000) / bareWrites
  } finally {
    clients.close()
  }
}

interface IdleOptions {
  readonly what: string
  readonly clientCount: number
  /** Whose document is written: one that no query means. */
  readonly owner: number | "everybody"
  readonly isByKey: boolean
  /** The query with a number. */
  readonly query: (number: number) => object
}

/** None, and many of each kind. */
function idleKinds(count: number, clientCount: number): readonly IdleOptions[] {
  const all = { clientCount, owner: "everybody", isByKey: false } as const
  return [
    { ...all, what: "none", clientCount: 0, query: () => ({}) },
    { ...all, what: "a field equals a value", query: (number) => ({ filter: { owner: `nobody ${number}` } }) },
    { ...all, what: "`$like`", query: (number) => ({ filter: { title: { $like: `zzz ${number % count}%` } } }) },
    { ...all, what: "nothing, such as `$gt`", query: (number) => ({ filter: { title: { $gt: `zzz ${number}` } } }) },
    {
      what: "a rule with `||`",
      clientCount,
      owner: clientCount,
      isByKey: true,
      query: (number) => ({ limit: 1 + (number % queriesPerClient) }),
    },
  ]
}

async function idleCost(
  server: LiveServer,
  { what, clientCount, owner, isByKey, query }: IdleOptions,
): Promise<IdleCost> {
  const subscriptions = clientCount * queriesPerClient
  process.stderr.write(`${server.name}: ${subscriptions} idle subscriptions, ${what}\n`)
  const clients = new Subscribers()
  try {
    await clients.open(server.port, clientCount, (client, index) => {
      const numbers = Array.from({ length: queriesPerClient }, (_, number) => index * queriesPerClient + number)
      return server.follow(client, { key: isByKey ? index : null, queries: numbers.map(query) })
    })
    for (let number = 0; number < 10; number += 1) await server.write(owner)
    const cpuBefore = cpuSeconds(server.pid)
    const took: number[] = []
    for (let number = 0; number < idleWrites; number += 1) {
      const began = performance.now()
      await server.write(owner)
      took.push(performance.now() - began)
    }
    took.sort((one, other) => one - other)
    const cpuMsPerWrite = ((cpuSeconds(server.pid) - cpuBefore) * 1_000) / idleWrites
    return { what, subscriptions, p50Ms: took[Math.floor(took.length / 2)]!, cpuMsPerWrite }
  } finally {
    clients.close()
    await sleep(500)
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
