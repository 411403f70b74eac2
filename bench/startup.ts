import { spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"

import { residentMiB } from "./process-facts.ts"

/** Medians of the program's start-up, in milliseconds, and its memory at rest, in MiB. */
export interface Startup {
  readonly nodeMs: number
  readonly versionMs: number
  readonly statusMs: number
  readonly readyMs: number
  readonly memoryMiB: number
}

const launcher = path.join(import.meta.dirname, "../bin/run.js")
const runCount = 15

/** How long the daemon rests before its memory is read, in milliseconds. */
const restMs = 60_000

/** Times whole processes in an empty project: bare Node, `--version`, `status` with a daemon, and a daemon's start. */
export async function measureStartup(folder: string): Promise<Startup> {
  const project = path.join(folder, "startup")
  mkdirSync(project, { recursive: true })
  const alyx = (...args: string[]): number => timed([launcher, ...args], project)
  if (spawnSync(process.execPath, [launcher, "init", ".", "--template", "blog"], { cwd: project }).status !== 0) {
    writeFileSync(path.join(project, "schema.yaml"), "version: 1\ncollections: {}\n")
  }
  const ready: number[] = []
  for (let round = 0; round < 5; round += 1) {
    ready.push(alyx("start", "--detach", "--port", "18404"))
    if (round < 4) alyx("stop")
  }
  const pid = (
    JSON.parse(
      spawnSync(process.execPath, [launcher, "status", "--json"], { cwd: project, encoding: "utf8" }).stdout,
    ) as {
      daemon: { pid: number }
    }
  ).daemon.pid
  try {
    const statusMs = median(times(() => alyx("status")))
    const versionMs = median(times(() => alyx("--version")))
    const nodeMs = median(times(() => timed(["-e", "0"], project)))
    await new Promise((resolve) => setTimeout(resolve, restMs))
    return { nodeMs, versionMs, statusMs, readyMs: median(ready), memoryMiB: residentMiB(pid) }
  } finally {
    alyx("stop")
  }
}

function times(run: () => number): number[] {
  return Array.from({ length: runCount }, run)
}

function timed(args: string[], cwd: string): number {
  const begin = performance.now()
  const result = spawnSync(process.execPath, args, { cwd, stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" })
  if (result.status !== 0) throw new Error(`node ${args.join(" ")} ended with ${result.status}: ${result.stderr}`)
  return performance.now() - begin
}

/** The middle of a list of numbers. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
