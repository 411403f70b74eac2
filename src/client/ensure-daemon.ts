import { stat } from "node:fs/promises"
import { setTimeout as delay } from "node:timers/promises"

import type { AlyxError } from "../errors.ts"
import { alyxError, isAlyxError } from "../errors.ts"
import type { DaemonFile, DaemonMode } from "../protocol/admin-api.ts"
import { protocolVersion } from "../protocol/admin-api.ts"
import type { ProjectPaths } from "../project/paths.ts"
import { awaitTools } from "./await-tools.ts"
import { findDaemon } from "./find-daemon.ts"
import { isRunning } from "./is-running.ts"
import { refuseForeignDaemon } from "./refuse-foreign-daemon.ts"
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

/** How long the process that holds the lock may take to answer as this project's daemon. */
const winnerTimeoutMs = 5_000

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
    if (stays) return joined(found, launch)
    await stopDaemon(found)
  } else await refuseForeignDaemon(launch.paths)
  const deadline = Date.now() + joinTimeoutMs
  for (;;) {
    await awaitTools(launch)
    try {
      return { daemon: await spawnDaemon(launch), outcome: found ? "replaced" : "started" }
    } catch (error) {
      if (!isAlyxError(error, "DATABASE_LOCKED") || Date.now() > deadline) throw error
      const winner = await waitForWinner(launch.paths, error)
      if (winner === undefined) continue
      requireMode(winner, launch.mode)
      return joined(winner, launch)
    }
  }
}

/** A server goes on as it is, so it is not what was asked for when it was to have other flags. */
function joined(daemon: DaemonFile, { mode, flags }: DaemonLaunch): EnsuredDaemon {
  const missing = missingFlags(daemon, flags)
  if (mode === "start" && missing.length > 0) {
    throw alyxError("CONFLICT", {
      message: `A daemon already serves this project at ${daemon.url ?? "no TCP port"} (process ${daemon.pid}), without ${missing.join(" ")}.`,
      next: "Stop it first: alyx stop. Or leave the flags out.",
    })
  }
  return { daemon, outcome: "joined" }
}

/** Those of these flags that a daemon was not started with, with their values: `--port 9000`. */
export function missingFlags(daemon: DaemonFile, flags: readonly string[]): readonly string[] {
  const present = new Set(withValues(daemon.flags ?? []))
  return withValues(flags).filter((flag) => !present.has(flag))
}

/** `["--port", "9000", "--verbose"]` is `["--port 9000", "--verbose"]`. */
function withValues(words: readonly string[]): readonly string[] {
  return words.flatMap((word, index) => {
    if (!word.startsWith("--")) return []
    const value = words[index + 1]
    return [value === undefined || value.startsWith("--") ? word : `${word} ${value}`]
  })
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

/**
 * Waits for the daemon that holds the lock to answer; undefined when it is gone, so that its place can be taken. One
 * that stays and does not answer is none of this project.
 */
async function waitForWinner(paths: ProjectPaths, locked: AlyxError): Promise<DaemonFile | undefined> {
  const { pid } = locked.details ?? {}
  const deadline = Date.now() + winnerTimeoutMs
  while (Date.now() < deadline) {
    const winner = await findDaemon(paths)
    if (winner) return winner
    if (typeof pid !== "number" || !(await isRunning(pid))) {
      await delay(250)
      return findDaemon(paths)
    }
    await delay(50)
  }
  throw alyxError("DATABASE_LOCKED", {
    message: `${locked.message} No daemon of this project answers, so it is one of another project, or still starting.`,
    next: `Give this project a database of its own (database.path), or end process ${String(pid)}.`,
    cause: locked,
  })
}
