import { writeFileSync } from "node:fs"
import path from "node:path"

import { childrenMiB, residentMiB } from "../process-facts.ts"
import { buildTimes } from "./builds.ts"
import { coldCount, versionSource } from "./project.ts"
import { startAlyxFunctions, startFastify, startPocketBaseHooks } from "./servers.ts"
import type { FunctionServer } from "./servers.ts"
import { Calls, timesOf } from "./timed-calls.ts"
import type { Times } from "./timed-calls.ts"

/** A row: what was timed, at whom. */
export interface FunctionTimes extends Times {
  readonly what: string
  readonly server: string
}

/** Everything that is measured of functions. */
export interface FunctionsReport {
  readonly rows: readonly FunctionTimes[]
  /** Of the daemon for each warm instance. */
  readonly instanceMiB: number
  /** Of `alyx dev` with one function and what it started, esbuild included, 60 seconds after its start and one call. */
  readonly devMiB: number
  /** Requests to the API, a document by its id, at rest and beside functions that misbehave. */
  readonly beside: readonly FunctionTimes[]
}

const attacks = ["loop", "recurse", "allocate", "log", "output", "host-storm"]
const warmUpCount = 300
const callCount = 2_000
const restMs = 60_000

/** Runs each server alone, one after the other. */
export async function measureFunctions(folder: string): Promise<FunctionsReport> {
  const rows: FunctionTimes[] = []
  const fastify = await startFastify(18_411)
  await measuring(fastify, async (calls) => {
    rows.push(...(await helloTimes(fastify, calls)))
  })
  const pocketBase = await startPocketBaseHooks({ folder, port: 18_412 })
  await measuring(pocketBase, async (calls) => {
    rows.push(...(await helloTimes(pocketBase, calls)), await tenReads(pocketBase, calls, "ten-reads"))
  })
  const alyx = await startAlyxFunctions({ folder, port: 18_413, mode: "start" })
  const measured = await measuring(alyx, async (calls) => {
    const instanceMiB = await memoryOfInstances(alyx, calls)
    rows.push(...(await firstCalls(alyx, calls)), ...(await helloTimes(alyx, calls)))
    rows.push(await tenReads(alyx, calls, "ten-reads"), await tenReads(alyx, calls, "ten-reads-at-once"))
    rows.push(await hostCalls(alyx, calls))
    return { instanceMiB, beside: await besideAttacks(alyx, calls) }
  })
  const dev = await startAlyxFunctions({ folder, port: 18_414, mode: "dev" })
  await measuring(dev, async (calls) => {
    rows.push(...(await saves(dev, calls)))
  })
  const single = await startAlyxFunctions({ folder, port: 18_415, mode: "dev", isSingle: true })
  const devMiB = await measuring(single, async (calls) => {
    await calls.output("hello", { name: "Ada" })
    rows.push({ what: "build, cold", server: single.name, ...timesOf(await buildTimes(single.root)) })
    await new Promise((resolve) => setTimeout(resolve, restMs))
    return residentMiB(single.pid) + childrenMiB(single.pid)
  })
  return { rows, ...measured, devMiB }
}

async function measuring<T>(server: FunctionServer, work: (calls: Calls) => Promise<T>): Promise<T> {
  const calls = new Calls(server.port)
  try {
    process.stderr.write(`functions: ${server.name}\n`)
    return await work(calls)
  } finally {
    calls.close()
    await server.stop()
  }
}

async function helloTimes({ name: server }: FunctionServer, calls: Calls): Promise<FunctionTimes[]> {
  const input = { name: "Ada" }
  await calls.times("hello", input, { count: warmUpCount, clients: 4 })
  return [
    {
      what: "HTTP → function → HTTP, warm",
      server,
      ...(await calls.times("hello", input, { count: callCount, clients: 1 })),
    },
    {
      what: "64 concurrent callers",
      server,
      ...(await calls.times("hello", input, { count: callCount * 4, clients: 64 })),
    },
  ]
}

async function tenReads(server: FunctionServer, calls: Calls, name: string): Promise<FunctionTimes> {
  const input = { ids: server.ids.slice(0, 10) }
  await calls.times(name, input, { count: warmUpCount, clients: 1 })
  const what = name === "ten-reads" ? "a function that makes ten reads" : "ten reads at once"
  return { what, server: server.name, ...(await calls.times(name, input, { count: callCount, clients: 1 })) }
}

/** The very first one also starts a thread, and is not counted. */
async function firstCalls({ name: server }: FunctionServer, calls: Calls): Promise<FunctionTimes[]> {
  const first: number[] = []
  await calls.output("cold-0", null)
  for (let number = 1; number < coldCount; number += 1) first.push((await calls.output(`cold-${number}`, null)).tookMs)
  return [{ what: "first call of a function", server, ...timesOf(first) }]
}

/** Told by the function itself. */
async function hostCalls({ ids, name: server }: FunctionServer, calls: Calls): Promise<FunctionTimes> {
  const all: number[] = []
  for (let round = 0; round < 10; round += 1) {
    const { output } = await calls.output("host-calls", { id: ids[0], count: 500 })
    // The first warms up.
    if (round > 0) all.push(...(output as { tookMs: number[] }).tookMs)
  }
  return { what: "a host call (a document by its id), inside the function", server, ...timesOf(all) }
}

/** Sixty calls that wait at the same time have sixty instances. */
async function memoryOfInstances({ pid }: FunctionServer, calls: Calls): Promise<number> {
  const instances = 60
  await calls.output("wait", { ms: 1 })
  const before = residentMiB(pid)
  await Promise.all(Array.from({ length: instances }, () => calls.output("wait", { ms: 1_000 })))
  return (residentMiB(pid) - before) / instances
}

/** Reads of a document, one after the other, while each misbehaving function is called again and again. */
async function besideAttacks({ ids, name: server }: FunctionServer, calls: Calls): Promise<FunctionTimes[]> {
  const document = `/api/collections/posts/${ids[0]}`
  const reads = async (what: string): Promise<FunctionTimes> => {
    const tookMs: number[] = []
    for (let number = 0; number < 500; number += 1) {
      const { status, tookMs: took } = await calls.call("GET", document)
      if (status !== 200) throw new Error(`A read beside ${what} was answered ${status}.`)
      tookMs.push(took)
    }
    return { what, server, ...timesOf(tookMs) }
  }
  const rows = [await reads("at rest")]
  for (const attack of attacks) {
    const over = new AbortController()
    const attacker = async (): Promise<void> => {
      while (!over.signal.aborted) await calls.call("POST", `/api/functions/${attack}`, { id: ids[0] })
    }
    const attackers = [attacker(), attacker()]
    rows.push(await reads(attack))
    over.abort()
    await Promise.all(attackers)
  }
  return rows
}

export async function saves({ root, name: server }: FunctionServer, calls: Calls): Promise<FunctionTimes[]> {
  // Until then the functions of the project are built for the first time.
  for (let number = 0; number < coldCount; number += 1) await calls.output(`cold-${number}`, null)
  const file = path.join(root, "functions", "cold-1.ts")
  const tookMs: number[] = []
  for (let version = 1_000; version < 1_050; version += 1) {
    const begin = performance.now()
    writeFileSync(file, versionSource(version))
    for (;;) {
      const { output } = await calls.output("cold-1", null)
      if ((output as { version: number }).version === version) break
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    tookMs.push(performance.now() - begin)
  }
  // The log keeps so many entries that the first of them are gone by now.
  const builds = (await buildTimes(root)).slice(-10)
  return [
    { what: "build, warm", server, ...timesOf(builds) },
    { what: "source saved → new code answers", server, ...timesOf(tookMs) },
  ]
}
