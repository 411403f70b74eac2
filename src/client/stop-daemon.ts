import { setTimeout as delay } from "node:timers/promises"

import { alyxError, isAlyxError } from "../errors.ts"
import type { DaemonFile } from "../protocol/admin-api.ts"
import { DaemonClient } from "./daemon-client.ts"
import { isRunning } from "./is-running.ts"

/** Draining may take as long as server.drain_timeout allows; this is above its default with the closing of the file. */
const stopTimeoutMs = 30_000

/** Asks a daemon to drain and end, and waits until its process is gone. One that is gone already is fine. */
export async function stopDaemon(daemon: DaemonFile): Promise<void> {
  try {
    await new DaemonClient(daemon).shutdown()
  } catch (error) {
    // It may have been ending already, and have closed the socket before the answer.
    if (!isAlyxError(error) || !["NO_DAEMON", "DAEMON_UNREACHABLE", "SHUTTING_DOWN"].includes(error.code)) throw error
  }
  const deadline = Date.now() + stopTimeoutMs
  while (Date.now() < deadline) {
    if (!(await isRunning(daemon.pid))) return
    await delay(20)
  }
  throw alyxError("DAEMON_UNREACHABLE", {
    message: `The daemon (process ${daemon.pid}) has not ended after ${stopTimeoutMs / 1000} s.`,
    next: `It may still be draining. End it at once with: kill -9 ${daemon.pid}`,
  })
}
