import { renameSync } from "node:fs"

/** At this size the log is put aside: when a daemon starts, and while one runs. */
export const logBytesMax = 10 * 1024 * 1024

/** How many old logs are kept: daemon.log.1 is the newest of them. */
const oldLogCountMax = 3

/** Makes the name of the newest old log free, and returns it; the oldest one is given up. */
export function freeOldLogName(file: string): string {
  for (let number = oldLogCountMax - 1; number >= 1; number -= 1) {
    try {
      renameSync(`${file}.${number}`, `${file}.${number + 1}`)
    } catch {
      // There are not so many yet.
    }
  }
  return `${file}.1`
}
