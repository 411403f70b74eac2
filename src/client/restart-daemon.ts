import { alyxError } from "../errors.ts"
import type { ProjectPaths } from "../project/paths.ts"
import type { DaemonFile } from "../protocol/admin-api.ts"
import { requireDaemon } from "./find-daemon.ts"
import { spawnDaemon } from "./spawn-daemon.ts"
import type { DaemonLaunch } from "./spawn-daemon.ts"
import { stopDaemon } from "./stop-daemon.ts"

/** Stops the project's daemon and starts one in the same mode and with the same flags. */
export async function restartDaemon(options: {
  readonly paths: ProjectPaths
  /** dist/daemon/main.js */
  readonly program: string
  readonly onProgress: NonNullable<DaemonLaunch["onProgress"]>
}): Promise<DaemonFile> {
  const { paths, program, onProgress } = options
  const daemon = await requireDaemon(paths)
  if (daemon.logFile === null) {
    throw alyxError("CONFLICT", {
      message: `The daemon (process ${daemon.pid}) runs in the foreground, in the hands of what started it.`,
      next: "Restart it there: with your service manager, your container, or Ctrl-C in its terminal.",
    })
  }
  await stopDaemon(daemon)
  return spawnDaemon({ paths, program, mode: daemon.mode, flags: daemon.flags ?? [], onProgress })
}
