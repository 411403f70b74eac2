import { setTimeout as delay } from "node:timers/promises"

import { execa } from "execa"

/** A program of the person's that runs beside the daemon. */
export interface FrontEnd {
  /** Resolves with its exit code when it has ended, whoever ended it. */
  readonly ended: Promise<number>
  /** Asks it, and what it started, to end; what has not ended after a while is ended. */
  stop(): Promise<void>
}

/** How long a program may take to end when it is asked to. */
const endTimeoutMs = 5_000

const pollIntervalMs = 20

/**
 * Runs a command line in the shell, in the folder of the project, with `ALYX_URL` in its environment and with this
 * terminal's streams. It is a process group of its own, so that ending it ends what the shell started too.
 */
export function startFrontEnd(
  command: string,
  { cwd, url }: { readonly cwd: string; readonly url: string | null },
): FrontEnd {
  const child = execa(command, {
    shell: true,
    cwd,
    env: url === null ? {} : { ALYX_URL: url },
    stdio: ["ignore", "inherit", "inherit"],
    detached: process.platform !== "win32",
    reject: false,
  })
  const ended = child.then(({ exitCode, signal }) => exitCode ?? (signal === undefined ? 1 : signalExitCode(signal)))
  return {
    ended,
    async stop() {
      signalGroup(child.pid, "SIGTERM")
      // The shell may have ended while what it started has not.
      const deadline = Date.now() + endTimeoutMs
      while (signalGroup(child.pid, 0) && Date.now() < deadline) await delay(pollIntervalMs)
      signalGroup(child.pid, "SIGKILL")
      await ended
    },
  }
}

/** As shells report it. */
function signalExitCode(signal: string): number {
  return signal === "SIGINT" ? 130 : 143
}

/** Returns whether anybody was there to get it. */
function signalGroup(pid: number | undefined, signal: "SIGTERM" | "SIGKILL" | 0): boolean {
  if (pid === undefined) return false
  try {
    return process.kill(process.platform === "win32" ? pid : -pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false
    throw error
  }
}
