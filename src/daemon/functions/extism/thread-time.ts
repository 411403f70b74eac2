import { readFileSync, readlinkSync } from "node:fs"

/** The number by which Linux knows the thread that calls it; null elsewhere, and in a container without /proc. */
export function ownTask(): number | null {
  if (process.platform !== "linux") return null
  try {
    // "4711/task/4713"
    return Number(readlinkSync("/proc/thread-self").split("/").at(-1))
  } catch {
    return null
  }
}

/** The processor time that a thread of this process has had, in milliseconds; null where nobody tells. */
export function processorMs(task: number | null): number | null {
  if (task === null) return null
  try {
    // Nanoseconds on a processor, nanoseconds that it waited for one, turns.
    return Number(readFileSync(`/proc/self/task/${task}/schedstat`, "latin1").split(" ")[0]) / 1_000_000
  } catch {
    return null
  }
}
