import { pathToFileURL } from "node:url"

import { alyxError } from "../errors.ts"
import { awaitTools } from "./await-tools.ts"
import { requireMode } from "./ensure-daemon.ts"
import { findDaemon } from "./find-daemon.ts"
import { refuseForeignDaemon } from "./refuse-foreign-daemon.ts"
import type { DaemonLaunch } from "./spawn-daemon.ts"
import { daemonArguments } from "./spawn-daemon.ts"

/**
 * Becomes the daemon: this process goes on as dist/daemon/main.js, as exec would do it. There is no second process to
 * pass signals on to or to pay memory for; from here on the daemon decides when and how the process ends.
 */
export async function runInForeground(launch: DaemonLaunch): Promise<void> {
  const running = await findDaemon(launch.paths)
  if (running) {
    requireMode(running, launch.mode)
    throw alyxError("DATABASE_LOCKED", {
      message: `A daemon in ${running.mode} mode already serves this project: ${running.url ?? "no TCP port"} (process ${running.pid}).`,
      next: "Stop it first: alyx stop. Or read along: alyx logs -f",
    })
  }
  await refuseForeignDaemon(launch.paths)
  await awaitTools(launch)
  drainWhenOutputCloses()
  const { runDaemon } = (await import(pathToFileURL(launch.program).href)) as DaemonProgram
  await runDaemon([...daemonArguments(launch), "--foreground"])
}

/** What dist/daemon/main.js exports. It is found by path: nothing of the daemon is part of the command line. */
interface DaemonProgram {
  readonly runDaemon: (argv: readonly string[]) => Promise<void>
}

/** A command ends when the reader of its output leaves; a server first answers what it has begun. */
function drainWhenOutputCloses(): void {
  let isAsked = false
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeAllListeners("error")
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // Anything else, such as a full disk under a log file, costs lines and not the server.
      if (isAsked || (error.code !== "EPIPE" && error.code !== "EIO")) return
      isAsked = true
      process.kill(process.pid, "SIGTERM")
    })
  }
}
