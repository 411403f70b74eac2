import { readFile } from "node:fs/promises"
import { request } from "node:http"
import path from "node:path"

import { expect, test } from "vitest"

import type { StatsResponse } from "../../src/protocol/admin-api.ts"
import { send } from "../daemon/http/http-fixture.ts"
import { builtCli } from "../helpers/built-cli.ts"
import { sendOverKeepAlive } from "../helpers/keep-alive-load.ts"
import { startDaemon, writeProject } from "../helpers/running-daemon.ts"
import { scaled } from "../helpers/scale.ts"
import { tempFolder } from "../helpers/temp-folder.ts"
import { openTerminal } from "../helpers/terminal-screen.ts"

const schema = `version: 1
collections:
  notes:
    fields:
      title: { type: string, index: true }
      text: { type: text }
      password: { type: string, nullable: true }
`

/** A small cache is full soon, so that what grows later is no cache. */
const config = "database:\n  cache_size: 4MB\n  durability: normal\n"

/** An hour at 200 requests a second, when run at full length; an ordinary run finds only what leaks much. */
const requestCount = scaled(720_000, 0) >= 300_000 ? scaled(720_000, 0) : 5_000

/** Before that, so that the second tenth does not measure how a process warms up: compiled code, pools, the first collections. */
const warmUpCount = Math.max(2_500, Math.round(requestCount / 20))

/** Of the requests; each tenth has ten. */
const sampleCount = 100

/**
 * Left to itself V8 collects old objects once they are some 60 MB, which is 30,000 requests and more: over the whole
 * length that is a saw, whose height is compared. A short run has one tooth of it, and finds only what leaks beyond that.
 */
const isLong = requestCount >= 300_000
const toothBytes = 48 * 1024 * 1024

test(
  `the memory of a dev daemon and of its dashboard does not grow over ${requestCount} requests`,
  { timeout: 3_600_000 },
  async () => {
    const folder = await tempFolder()
    await writeProject(folder, { "schema.yaml": schema, "alyx.yaml": config })
    const daemon = await startDaemon({ folder, command: ["dev", "--foreground", "--verbose", "--port", "0"] })
    const follower = followLog(folder)
    const dashboard = openTerminal({
      command: process.execPath,
      args: [await builtCli(), "dev"],
      cwd: folder,
      columns: 160,
      rows: 45,
    })
    await dashboard.shows(/1 collection/)
    const ids: string[] = []
    for (let note = 0; note < 100; note += 1) {
      const created = await daemon.send("POST", "/api/collections/notes", { title: `note ${note}`, text: "" })
      ids.push(created.body.id)
    }

    const load = { url: daemon.url, connectionCount: 16, request: (number: number) => requestOf(number, ids) }
    await sendOverKeepAlive({ ...load, requestCount: warmUpCount, onAnswer: () => undefined })
    const samples: Promise<StatsResponse>[] = []
    const screens: Promise<number>[] = []
    const statuses = await sendOverKeepAlive({
      ...load,
      requestCount,
      onAnswer(count) {
        if (count % Math.floor(requestCount / sampleCount) !== 0) return
        samples.push(statsOf(folder))
        screens.push(residentBytes(dashboard.pid))
      },
    })
    const memory = (await Promise.all(samples)).map((stats) => stats.memory)

    const rss = tenths(memory.map(({ rssBytes }) => rssBytes)).map(median)
    // A sample now and then comes right after a collection, so the least of a tenth is what is really held.
    const heap = tenths(memory.map(({ heapUsedBytes }) => heapUsedBytes)).map((values) => Math.min(...values))
    const screen = tenths(await Promise.all(screens)).map(median)
    process.stdout.write(
      `soak of ${requestCount}: RSS ${shown(rss)} MiB, heap at least ${shown(heap)} MiB, dashboard ${shown(screen)} MiB\n`,
    )
    expect(new Set(statuses.keys())).toEqual(new Set([200, 400, 404]))
    expect([...statuses.values()].reduce((sum, count) => sum + count, 0)).toBe(requestCount)
    expect(follower.entryCount() + follower.lostCount()).toBeGreaterThanOrEqual(requestCount)
    expect(rss[9]!).toBeLessThan(isLong ? rss[1]! * 1.1 : rss[1]! + toothBytes)
    expect(screen[9]!).toBeLessThanOrEqual(isLong ? screen[1]! * 1.1 : screen[1]! + toothBytes)
    if (isLong) expect(heap[9]!).toBeLessThan(heap[1]! * 1.1 + 2 * 1024 * 1024)
    dashboard.type("q")
    expect(await dashboard.ended).toBe(0)
    expect(await daemon.stop()).toBe(0)
  },
)

/** Reads of one and of many, changes, and what is refused; the database stays as large as it is. */
function requestOf(number: number, ids: readonly string[]): readonly [string, string, unknown?] {
  const id = ids[number % ids.length]!
  switch (number % 8) {
    case 0:
      return ["PATCH", `/api/collections/notes/${id}`, { text: `change ${number} `.repeat(10), password: "hunter2" }]
    case 1:
      return ["GET", `/api/collections/notes?limit=20&sort=-title&filter=title:contains:${number % 100}`]
    case 2:
      return ["GET", `/nowhere/${number}?token=abc`]
    case 3:
      return ["POST", "/api/collections/notes", { title: number, secret: "of nobody" }]
    default:
      return ["GET", `/api/collections/notes/${id}`]
  }
}

/** Reads the log as a dashboard does, and keeps nothing of it. */
function followLog(folder: string): { entryCount: () => number; lostCount: () => number } {
  const counts = { entries: 0, lost: 0 }
  const asking = request({
    socketPath: path.join(folder, ".alyx/daemon.sock"),
    path: "/api/admin/logs?tail=0",
    headers: { host: "localhost" },
  })
  asking.on("response", (response) => {
    let rest = ""
    response.setEncoding("utf8")
    response.on("error", () => undefined)
    response.on("data", (text: string) => {
      const events = (rest + text).split("\n\n")
      rest = events.pop()!
      for (const event of events) {
        if (event.startsWith(":")) continue
        const lost = /"kind":"lost".*"count":(\d+)/.exec(event)
        if (lost) counts.lost += Number(lost[1])
        else counts.entries += 1
      }
    })
  })
  asking.on("error", () => undefined)
  asking.end()
  return { entryCount: () => counts.entries, lostCount: () => counts.lost }
}

async function statsOf(folder: string): Promise<StatsResponse> {
  const answer = await send(path.join(folder, ".alyx/daemon.sock"), { path: "/api/admin/stats" })
  return answer.body as StatsResponse
}

/** What a process holds in memory; 0 where the system does not say. */
async function residentBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/statm`, "utf8").catch(() => "0 0")
  return Number(text.split(" ")[1]) * 4_096
}

function tenths(values: readonly number[]): number[][] {
  const size = values.length / 10
  return Array.from({ length: 10 }, (_, index) =>
    values.slice(Math.floor(index * size), Math.floor((index + 1) * size)),
  )
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

function shown(bytes: readonly number[]): string {
  return bytes.map((value) => (value / 1024 / 1024).toFixed(0)).join(" ")
}
