import type { Logger } from "../lib/logger.ts"

/**
 * Logs what nobody caught, with its time, before Node.js ends the process because of it. What was committed is on the disk, and
 * the next start finds a dead process's files; nothing is closed here, since nobody knows what still holds.
 */
export function logCrashes(logger: Logger): () => void {
  const log = (crash: unknown, origin: string): void =>
    logger.error("Nobody caught an error, which is a mistake in Alyx; the daemon ends.", { error: crash, origin })
  process.on("uncaughtExceptionMonitor", log)
  return () => process.off("uncaughtExceptionMonitor", log)
}
