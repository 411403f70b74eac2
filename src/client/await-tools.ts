import { setTimeout as delay } from "node:timers/promises"

import { describeUser, findDatabaseUser } from "./find-database-user.ts"
import type { DatabaseUser } from "./find-database-user.ts"
import type { DaemonLaunch } from "./spawn-daemon.ts"

/** How often it is looked whether the command has ended. */
const intervalMs = 50

/** How long the wait goes on before it is mentioned. */
const quietMs = 500

/** A process that answers no more is waited for so long; then a start tells whether it still has the database. */
const endingMsMax = 60_000

/** Waits while a command of another terminal, such as a long dump, or a daemon that ends has the project's database. */
export async function awaitTools({ paths, onProgress }: Pick<DaemonLaunch, "paths" | "onProgress">): Promise<void> {
  const begin = Date.now()
  let mentioned = ""
  let endingSince: number | undefined
  for (;;) {
    const user = await findDatabaseUser(paths)
    if (user === undefined || (user.daemon.mode !== "tool" && !user.isEnding)) return
    endingSince = user.isEnding ? (endingSince ?? Date.now()) : undefined
    if (endingSince !== undefined && Date.now() - endingSince > endingMsMax) return
    const message = waitsFor(user)
    if (message !== mentioned && Date.now() - begin > quietMs) onProgress?.((mentioned = message))
    await delay(intervalMs)
  }
}

function waitsFor({ daemon, isEnding }: DatabaseUser): string {
  return isEnding
    ? `Waiting for ${describeUser(daemon)} to end.`
    : `Waiting for ${describeUser(daemon)}, which uses the database; alyx stop ends it.`
}
