import type { Clock } from "../../lib/clock.ts"
import { projectPaths } from "../../project/paths.ts"
import { protocolVersion } from "../../protocol/admin-api.ts"
import type { DaemonFile, DaemonMode } from "../../protocol/admin-api.ts"

/** What a daemon was started with, as far as others are told of it. */
export interface IdentityOptions {
  readonly root: string
  readonly mode: DaemonMode
  readonly isForeground: boolean
  readonly version: string
  readonly flagWords: readonly string[]
  /** Undefined but in tool mode. */
  readonly command?: string | undefined
}

/** Says which daemon this is, to whoever finds it; its address is known later. */
export function identityOf(options: IdentityOptions, clock: Clock): Omit<DaemonFile, "url"> {
  const { socketPath, logFile } = projectPaths(options.root)
  return {
    version: options.version,
    protocol: protocolVersion,
    mode: options.mode,
    pid: process.pid,
    startedAt: new Date(clock.now()).toISOString(),
    projectRoot: options.root,
    socketPath,
    logFile: options.isForeground ? null : logFile,
    flags: options.flagWords,
    ...(options.command === undefined ? {} : { command: options.command }),
  }
}
