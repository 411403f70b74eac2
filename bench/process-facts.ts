import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"

/** Clock ticks a second in /proc; 100 on every Linux that Node runs on. */
const ticksPerSecond = 100

/** User and system time of a process with all its threads, in seconds. Linux only. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Resident memory of a process, in MiB. Linux only. */
export function residentMiB(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))
  return Number(line?.[1] ?? 0) / 1_024
}

/** Resident memory of the processes that a process started, in MiB. Linux only. */
export function childrenMiB(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim()
  return children === "" ? 0 : children.split(" ").reduce((sum, child) => sum + residentMiB(Number(child)), 0)
}

/** Runs work with all threads of this process on one core, where `taskset` exists; then it may use all of its own again. */
export async function pinnedTo<T>(core: string | null, work: () => Promise<T>): Promise<T> {
  if (core === null) return work()
  const pid = String(process.pid)
  const before = /: ([\d,-]+)\s*$/.exec(spawnSync("taskset", ["-cp", pid], { encoding: "utf8" }).stdout)?.[1]
  spawnSync("taskset", ["-acp", core, pid])
  try {
    return await work()
  } finally {
    if (before !== undefined) spawnSync("taskset", ["-acp", before, pid])
  }
}
