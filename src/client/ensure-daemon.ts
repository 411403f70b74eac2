import { stat } from "node:fs/promises"
import { setTimeout as delay } from "node:timers/promises"

import { alyxError, isAlyxError } from "../errors.ts"
import type { DaemonFile, DaemonMode } from "../protocol/admin-api.ts"
import { protocolVersion } from "../protocol/admin-api.ts"
import type { ProjectPaths } from "../project/paths.ts"
import { findDaemon } from "./find-daemon.ts"
import type { DaemonLaunch } from "./spawn-daemon.ts"
import { spawnDaemon } from "./spawn-daemon.ts"
import { stopDaemon } from "./stop-daemon.ts"

/** A daemon that serves the project now, and how it came to be. */
export interface EnsuredDaemon {
  readonly daemon: DaemonFile
  readonly outcome: "joined" | "started" | "replaced"
}

/** How long a start that finds the database locked goes on trying to join who holds it, or to take its place. */
const joinTimeoutMs = 20_000

/** How long it waits for an answer before it tries to start again: who held the lock may have failed. */
const winnerTimeoutMs = 1_000

/**
 * Joins the project's daemon, or starts one. When several do so at once the daemons' own lock decides: the others end
 * with DATABASE_LOCKED, and their callers join the winner. A dev daemon of another build is replaced; a server that
 * runs in `start` mode never is without being asked.
 */
export async function ensureDaemon(
  launch: DaemonLaunch,
  options: { readonly version: string },
): Promise<EnsuredDaemon> {
  const found = await findDaemon(launch.paths)
  if (found) {
    requireMode(found, launch.mode)
    const stays = launch.mode === "start" || (await isOfThisBuild(found, launch.program, options.version))
    if (stays) return { daemon: found, outcome: "joined" }
    await stopDaemon(found)
  }
  const deadline = Date.now() + joinTimeoutMs
  for (;;) {
    try {
      return { daemon: await spawnDaemon(launch), outcome: found ? "replaced" : "started" }
    } catch (error) {
      if (!isAlyxError(error, "DATABASE_LOCKED") || Date.now() > deadline) throw error
      const winner = await waitForWinner(launch.paths)
      if (winner === undefined) continue
      requireMode(winner, launch.mode)
      return { daemon: winner, outcome: "joined" }
    }
  }
}

/** Fails when a daemon serves the project in the other mode: `dev` and `start` differ in what they may do by themselves. */
export function requireMode(daemon: DaemonFile, mode: DaemonMode): void {
  if (daemon.mode === mode) return
  throw alyxError("DAEMON_MODE", {
    message: `A daemon in ${daemon.mode} mode already serves this project (process ${daemon.pid}).`,
    next: `Stop it first: alyx stop`,
  })
}

/** Same version and protocol, and started after the program was written: whoever works on Alyx builds one version often. */
async function isOfThisBuild(daemon: DaemonFile, program: string, version: string): Promise<boolean> {
  if (daemon.version !== version || daemon.protocol !== protocolVersion) return false
  const { mtimeMs } = await stat(program)
  return mtimeMs <= Date.parse(daemon.startedAt)
}

/** Waits a moment for the daemon that holds the lock to answer; undefined when it did not, and may have gone away. */
async function waitForWinner(paths: ProjectPaths): Promise<DaemonFile | undefined> {
  const deadline = Date.now() + winnerTimeoutMs
  while (Date.now() < deadline) {
    const winner = await findDaemon(paths)
    if (winner) return winner
    await delay(50)
  }
  return undefined
}
