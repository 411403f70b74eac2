import { setTimeout as delay } from "node:timers/promises"

import { alyxError, isAlyxError } from "../errors.ts"
import type { ProjectPaths } from "../project/paths.ts"
import type { DaemonFile, StatsResponse } from "../protocol/admin-api.ts"
import { DaemonClient } from "./daemon-client.ts"
import { readDaemonFile } from "./daemon-file.ts"
import { refuseForeignDaemon } from "./refuse-foreign-daemon.ts"

/** How long a live daemon may take to say that it lives. */
const probeTimeoutMs = 3_000

/** How often one that cuts the connection off is asked, and how long lies between. */
const probeCountMax = 40
const probeIntervalMs = 50

/** Finds the daemon of a project that serves it; one that only a command uses is none. */
export async function findDaemon(paths: ProjectPaths): Promise<DaemonFile | undefined> {
  const daemon = await findAnyDaemon(paths)
  return daemon?.mode === "tool" ? undefined : daemon
}

/** Finds the process that has the database: the file says where, an answer over the socket says that it lives. */
export async function findAnyDaemon(paths: ProjectPaths): Promise<DaemonFile | undefined> {
  const file = await readDaemonFile(paths.daemonFile, paths.root)
  if (file === undefined) return undefined
  try {
    const { daemon } = await askUntilHeard(file)
    return daemon.projectRoot === paths.root ? daemon : undefined
  } catch (error) {
    if (isAlyxError(error, "NO_DAEMON")) return undefined
    if (!isAlyxError(error, "DAEMON_UNREACHABLE")) throw error
    throw alyxError("DAEMON_UNREACHABLE", {
      message: error.message,
      next: `If it hangs, end it with: kill -9 ${file.pid}`,
      cause: error,
    })
  }
}

/** A daemon that is ending closes its connections before its socket is gone: then it is asked again. */
async function askUntilHeard(file: DaemonFile): Promise<StatsResponse> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await new DaemonClient(file).stats({ timeoutMs: probeTimeoutMs })
    } catch (error) {
      if (!wasCutOff(error) || attempt === probeCountMax) throw error
      await delay(probeIntervalMs)
    }
  }
}

function wasCutOff(error: unknown): boolean {
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException
  return isAlyxError(error, "DAEMON_UNREACHABLE") && (code === "EPIPE" || code === "ECONNRESET")
}

/** Finds the daemon of a project for those who ask about it: fails when there may be one that is not theirs to see. */
export async function lookForDaemon(paths: ProjectPaths): Promise<DaemonFile | undefined> {
  const daemon = await findDaemon(paths)
  if (daemon === undefined) await refuseForeignDaemon(paths)
  return daemon
}

/** Finds the daemon of a project, or fails with NO_DAEMON (exit code 3). */
export async function requireDaemon(paths: ProjectPaths): Promise<DaemonFile> {
  const daemon = await lookForDaemon(paths)
  if (daemon) return daemon
  throw alyxError("NO_DAEMON", {
    message: `No daemon runs for ${paths.root}.`,
    next: "Start one with alyx dev or alyx start.",
  })
}
