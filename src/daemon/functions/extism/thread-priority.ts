import { setPriority } from "node:os"

import { ownTask } from "./thread-time.ts"

/**
 * Makes the thread that calls it yield to the others of the process, so that functions take what the server leaves. Linux alone
 * has priorities of threads; elsewhere nothing happens.
 */
export function lowerThreadPriority(niceness: number): void {
  const task = ownTask()
  if (task === null) return
  try {
    setPriority(task, niceness)
  } catch {
    // By a policy: functions then run as fast as everything else.
  }
}
