import { readFileSync, readdirSync, readlinkSync } from "node:fs"
import { rename, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import { Dice } from "../../helpers/dice.ts"
import { startDaemon, writeProject } from "../../helpers/running-daemon.ts"
import type { RunningDaemon } from "../../helpers/running-daemon.ts"
import { scaled, testSeed } from "../../helpers/scale.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"

const names = ["one", "two", "three"]

/** Saves in all, in random order over the functions; 2,000 at full scale. */
const saveCount = scaled(2_000, 60)

/** What the first tenth of the saves leaves is compared with what the last leaves. */
const windowSize = Math.ceil(saveCount / 10)

/** A function of some version; the npm of it all is that every answer says which code gave it. */
function sourceOf(version: number): string {
  return [
    'import { defineFunction } from "@alyx/functions"',
    `const version: number = ${version}`,
    "export default defineFunction({ handler: () => ({ version }) })",
    "",
  ].join("\n")
}

const broken = "export default defineFunction({ handler: () => (\n"

/** The versions of one function as they were saved, and what callers saw of them. */
interface Followed {
  readonly name: string
  /** Saved last; a caller that begins now may hear it. */
  saved: number
  /** Heard at any time; a caller that begins now hears it or a later one. */
  heard: number
}

test("every answer comes from a version that was current during the call, and nothing leaks", async () => {
  const seed = testSeed()
  const dice = new Dice(seed)
  const folder = await tempFolder()
  await writeProject(folder, {
    // The log of calls grows, and what SQLite keeps of it in memory is no leak.
    "alyx.yaml": "database: { cache_size: 1mb }\n",
    "schema.yaml": "collections:\n  notes:\n    fields:\n      text: { type: string }\n",
    ...Object.fromEntries(names.map((name) => [`functions/${name}.ts`, sourceOf(0)])),
  })
  const daemon = await startDaemon({ folder, command: ["dev", "--foreground", "--port", "0"] })
  const followed = names.map((name): Followed => ({ name, saved: 0, heard: 0 }))
  for (const one of followed) await untilHeard(daemon, one, 0)

  const over = new AbortController()
  let callCount = 0
  const wrong: unknown[] = []
  const callers = followed.flatMap((one) =>
    Array.from({ length: 2 }, async () => {
      while (!over.signal.aborted) {
        await callOnce(daemon, one).catch((error: unknown) => {
          wrong.push(error)
          over.abort()
        })
        callCount += 1
      }
    }),
  )
  const facts: ProcessFacts[] = []
  const resident: number[] = []
  const marks = [windowSize, saveCount]
  for (let save = 1; save <= saveCount && !over.signal.aborted; save += 1) {
    const one = dice.pick(followed)
    await saveVersion(folder, one, dice)
    // Most saves are overtaken by the next, as when somebody types; now and then one is waited for.
    if (dice.next() < 0.25) await untilHeard(daemon, one, one.saved)
    else await new Promise((resolve) => setTimeout(resolve, dice.next() * 40))
    resident.push(processFacts(daemon.child.pid!).residentMiB)
    if (marks.includes(save)) {
      for (const each of followed) await untilHeard(daemon, each, each.saved)
      facts.push(processFacts(daemon.child.pid!))
    }
  }
  over.abort()
  await Promise.all(callers)
  expect(wrong).toEqual([])
  const atRest = await untilThreadsEnded(daemon.child.pid!, facts[0]!.threads)
  const memory = [resident.slice(windowSize / 2, windowSize), resident.slice(-windowSize / 2)].map(median)
  const figures = JSON.stringify({ facts: [...facts, atRest], memory })
  process.stdout.write(`${saveCount} saves, ${callCount} calls, seed ${seed}: ${figures}\n`)

  const [early] = facts as [ProcessFacts]
  expect(callCount).toBeGreaterThan(saveCount)
  expect(atRest.threads).toBeLessThanOrEqual(early.threads)
  expect(atRest.handles).toBeLessThanOrEqual(early.handles * 1.1 + 2)
  // What a few dozen saves take is the warming up; only many tell of a leak.
  if (saveCount >= 1_000) expect(memory[1]).toBeLessThanOrEqual(memory[0]! * 1.1)
  expect(await daemon.stop()).toBe(0)
}, 900_000)

/** Of single looks each sees another state of the collectors, and of spare threads. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

async function callOnce({ send }: RunningDaemon, one: Followed): Promise<void> {
  const heardBefore = one.heard
  const { status, body } = await send("POST", `/api/functions/${one.name}`, {})
  expect({ status, error: body?.error }).toEqual({ status: 200, error: undefined })
  const { version } = body.output as { version: number }
  expect(version).toBeGreaterThanOrEqual(heardBefore)
  expect(version).toBeLessThanOrEqual(one.saved)
  one.heard = Math.max(one.heard, version)
}

async function untilHeard(daemon: RunningDaemon, one: Followed, version: number): Promise<void> {
  const deadline = Date.now() + 30_000
  while (Date.now() < deadline) {
    const { status, body } = await daemon.send("POST", `/api/functions/${one.name}`, {})
    if (status === 200 && body.output.version === version) {
      one.heard = Math.max(one.heard, version)
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`Version ${version} of ${one.name} was not answered within 30 seconds.`)
}

/** Saves as editors do: in place, by rename, or after a version that does not build. */
async function saveVersion(folder: string, one: Followed, dice: Dice): Promise<void> {
  const file = path.join(folder, "functions", `${one.name}.ts`)
  const way = dice.next()
  if (way < 0.1) await writeFile(file, broken)
  const version = one.saved + 1
  // From here on a caller may hear it: the daemon may be quicker than the write's own answer.
  one.saved = version
  if (way < 0.5) return writeFile(file, sourceOf(version))
  const beside = path.join(folder, "functions", `.${one.name}.ts.new`)
  await writeFile(beside, sourceOf(version))
  await rename(beside, file)
}

/** Calls that do not let go of their thread give others a spare one, which the next sweep after them ends. */
async function untilThreadsEnded(pid: number, threads: number): Promise<ProcessFacts> {
  const deadline = Date.now() + 60_000
  while (processFacts(pid).threads > threads && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return processFacts(pid)
}

interface ProcessFacts {
  readonly threads: number
  readonly handles: number
  readonly residentMiB: number
}

/** Linux tells; elsewhere nothing is compared. */
function processFacts(pid: number): ProcessFacts {
  if (process.platform !== "linux") return { threads: 0, handles: 0, residentMiB: 0 }
  const status = readFileSync(`/proc/${pid}/status`, "utf8")
  const number = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0)
  return { threads: number("Threads"), handles: handleCount(pid), residentMiB: number("VmRSS") / 1_024 }
}

/** Sockets are the callers'. */
function handleCount(pid: number): number {
  const places = readdirSync(`/proc/${pid}/fd`).map((handle) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${handle}`)
    } catch {
      return "socket: closed meanwhile"
    }
  })
  return places.filter((place) => !place.startsWith("socket:")).length
}
