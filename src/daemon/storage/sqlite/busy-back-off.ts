import { setTimeout as delay } from "node:timers/promises"

import { isAlyxError } from "../../../errors.ts"
import { databaseBusy, sqliteCodes, sqlitePrimaryCode } from "./sqlite-errors.ts"

/** How long work waits in all while another process holds the database. */
export const busyWaitMsMax = 5_000

/** The pauses between its attempts. */
const pauseMsMin = 5
const pauseMsMax = 100

/** Returns the pause after one of `pauseMs`, which is 0 at first. */
export function nextPauseMs(pauseMs: number): number {
  return Math.min(Math.max(pauseMs * 2, pauseMsMin), pauseMsMax)
}

/**
 * Tries something again, while the event loop goes on, as long as another process holds the database; throws
 * DATABASE_BUSY after five seconds of that. An attempt that fails must leave nothing behind.
 */
export async function retryWhileBusy<T>(attempt: () => T): Promise<T> {
  const deadlineMs = performance.now() + busyWaitMsMax
  for (let pauseMs = nextPauseMs(0); ; pauseMs = nextPauseMs(pauseMs)) {
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error)) throw error
      if (performance.now() > deadlineMs) throw isAlyxError(error) ? error : databaseBusy(error)
    }
    await delay(pauseMs)
  }
}

/** Tells from every other failure that another process holds the lock, as SQLite says it or as we do. */
export function isBusy(error: unknown): boolean {
  return sqlitePrimaryCode(error) === sqliteCodes.busy || isAlyxError(error, "DATABASE_BUSY")
}
