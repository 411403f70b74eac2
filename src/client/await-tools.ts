import { setTimeout as delay } from "node:timers/promises"

import { findAnyDaemon } from "./find-daemon.ts"
import type { DaemonLaunch } from "./spawn-daemon.ts"

/** How often it is looked whether the command has ended. */
const intervalMs = 50

/** How long the wait goes on before it is mentioned. */
const quietMs = 500

/** Waits while a command of another terminal, such as a long dump, has the project's database. */
export async function awaitTools({ paths, onProgress }: Pick<DaemonLaunch, "paths" | "onProgress">): Promise<void> {
  const begin = Date.now()
  let isMentioned = false
  for (;;) {
    const daemon = await findAnyDaemon(paths)
    if (daemon?.mode !== "tool") return
    if (!isMentioned && Date.now() - begin > quietMs) {
      onProgress?.(`Waiting for a command that uses the database (process ${daemon.pid}).`)
      isMentioned = true
    }
    await delay(intervalMs)
  }
}
