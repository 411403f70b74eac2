import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { setTimeout as delay } from "node:timers/promises"

import { alyxError, isAlyxError } from "../errors.ts"

/** Work whose daemon has ended has this long to say by itself how it ended. */
const lastWordMs = 1_000

/**
 * Does work that a daemon of this process is needed for. Ctrl-C ends the daemon, which ends the work: what was not
 * committed is undone. The command then says what came of it; a second Ctrl-C leaves at once.
 */
export async function untilInterrupted<T>(child: ChildProcess, work: () => Promise<T>): Promise<T> {
  const interrupted = Promise.withResolvers<never>()
  let isInterrupted = false
  const interrupt = (): void => {
    isInterrupted = true
    void endOf(child)
      .then(() => delay(lastWordMs))
      .then(() => interrupted.reject(interruption()))
  }
  process.once("SIGINT", interrupt)
  try {
    return await Promise.race([work(), interrupted.promise])
  } catch (error) {
    throw isInterrupted ? interruption(error) : error
  } finally {
    process.off("SIGINT", interrupt)
  }
}

/** Lets a daemon in tool mode end, and waits until it is gone: the next command finds the database free. */
export async function endOf(child: ChildProcess): Promise<void> {
  // A child that is not held would not be waited for.
  child.ref()
  const isGone = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined
  if (child.connected) child.disconnect()
  await isGone
}

/** What the daemon said of its end is told; that it could not be heard any more is not. */
function interruption(cause?: unknown): Error {
  const isTold = isAlyxError(cause) && cause.code !== "DAEMON_UNREACHABLE" && cause.code !== "NO_DAEMON"
  return alyxError("INTERRUPTED", {
    message: isTold ? `Interrupted. ${cause.message}` : "Interrupted. What was not committed by then is undone.",
    ...(isTold && cause.next !== undefined ? { next: cause.next } : {}),
    cause,
  })
}
