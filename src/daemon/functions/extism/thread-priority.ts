import { readlinkSync } from "node:fs"
import { setPriority } from "node:os"

/**
 * Makes the thread that calls it yield to the others of the process, so that functions take what the server leaves. Linux alone
 * has priorities of threads; elsewhere nothing happens.
 */
export function lowerThreadPriority(niceness: number): void {
  if (process.platform !== "linux") return
  try {
    // "4711/task/4713"
    setPriority(Number(readlinkSync("/proc/thread-self").split("/").at(-1)), niceness)
  } catch {
    // A container without /proc, or a policy: functions then run as fast as everything else.
  }
}
