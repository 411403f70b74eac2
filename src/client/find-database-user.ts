import { alyxError } from "../errors.ts"
import type { ProjectPaths } from "../project/paths.ts"
import type { DaemonFile } from "../protocol/admin-api.ts"
import { readLeftFile } from "./daemon-file.ts"
import { findAnyDaemon } from "./find-daemon.ts"
import { isRunning } from "./is-running.ts"
import { refuseForeignDaemon } from "./refuse-foreign-daemon.ts"

/** The process that has the database of a project. */
export interface DatabaseUser {
  readonly daemon: DaemonFile
  /** It answers no more, and has not let go of the database yet. */
  readonly isEnding: boolean
}

/** Finds the process that has the database, be it a server, a command, or one of them that is about to be gone. */
export async function findDatabaseUser(paths: ProjectPaths): Promise<DatabaseUser | undefined> {
  const daemon = await findAnyDaemon(paths)
  if (daemon !== undefined) return { daemon, isEnding: false }
  const left = await readLeftFile(paths.daemonFile, paths.root)
  return left !== undefined && (await isRunning(left.pid)) ? { daemon: left, isEnding: true } : undefined
}

/** The same for those who ask about it: fails when there may be one that is not theirs to see. */
export async function lookForDatabaseUser(paths: ProjectPaths): Promise<DatabaseUser | undefined> {
  const user = await findDatabaseUser(paths)
  if (user === undefined) await refuseForeignDaemon(paths)
  return user
}

/** The same, or fails with NO_DAEMON (exit code 3). */
export async function requireDatabaseUser(paths: ProjectPaths): Promise<DatabaseUser> {
  const user = await lookForDatabaseUser(paths)
  if (user !== undefined) return user
  throw alyxError("NO_DAEMON", {
    message: `No daemon runs for ${paths.root}.`,
    next: "Start one with alyx dev or alyx start.",
  })
}

/** What people call it: "alyx migrate apply (process 4711)". */
export function describeUser({ mode, command, pid }: DaemonFile): string {
  const what = mode === "tool" ? (command === undefined ? "a command" : `alyx ${command}`) : "the daemon"
  return `${what} (process ${pid})`
}
