import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"

import { alyxError } from "../errors.ts"
import type { DaemonFile, DaemonMode, ReadyMessage } from "../protocol/admin-api.ts"
import type { ProjectPaths } from "../project/paths.ts"
import { preparePrivateFolders } from "../project/private-folders.ts"
import { lastLines, openLogFile } from "./log-file.ts"
import { errorFromWire } from "./socket-request.ts"

/** What a daemon is started with. */
export interface DaemonLaunch {
  readonly paths: ProjectPaths
  readonly mode: DaemonMode
  /** The daemon's program: dist/daemon/main.js. */
  readonly program: string
  /** Flags that go on to the daemon as they are: `--port 9000`. */
  readonly flags: readonly string[]
  /** In tool mode: the command that needs it, for others to see: `migrate apply`. */
  readonly command?: string
  /** Called with a line every now and then while the daemon changes large tables before it is ready. */
  readonly onProgress?: (message: string) => void
}

/** A daemon that says nothing for so long is given up. One that changes large tables says so, and is waited for. */
const silenceMsMax = 120_000

/** How much of its log is shown for a daemon that ended before it was ready. */
const shownLogLines = 12

/** The command line of a daemon. */
export function daemonArguments(launch: DaemonLaunch): readonly string[] {
  const { paths, mode, command, flags } = launch
  return ["--root", paths.root, "--mode", mode, ...(command === undefined ? [] : ["--for", command]), ...flags]
}

/**
 * Starts a daemon that outlives this process, and waits until it says over the channel that it is ready. Throws what
 * the daemon says kept it from starting, or the end of its log when it could not say anything.
 */
export async function spawnDaemon(
  launch: DaemonLaunch,
  limits: { readonly silenceMsMax: number } = { silenceMsMax },
): Promise<DaemonFile> {
  const { daemon, child } = await spawnAttachedDaemon(launch, limits)
  if (child.connected) child.disconnect()
  return daemon
}

/** The same, with the channel left open: a daemon in tool mode ends when it closes, however this process ends. */
export async function spawnAttachedDaemon(
  launch: DaemonLaunch,
  limits: { readonly silenceMsMax: number } = { silenceMsMax },
): Promise<{ readonly daemon: DaemonFile; readonly child: ChildProcess }> {
  const { logFile, root } = launch.paths
  preparePrivateFolders(launch.paths)
  const log = await openLogFile(logFile)
  const { size: logStart } = await log.stat()
  let child: ChildProcess
  try {
    child = spawn(process.execPath, [launch.program, ...daemonArguments(launch)], {
      cwd: root,
      detached: true,
      stdio: ["ignore", log.fd, log.fd, "ipc"],
    })
  } finally {
    await log.close()
  }
  try {
    const message = await decidingMessage(child, { ...limits, onProgress: launch.onProgress })
    if (message.type === "ready") return { daemon: message.daemon, child }
    throw errorFromWire(message.error)
  } catch (error) {
    if (child.connected) child.disconnect()
    if (!(error instanceof EndedEarly)) throw error
    const lines = await lastLines(logFile, { count: shownLogLines, fromByte: logStart })
    throw alyxError("DAEMON_FAILED", {
      message: [`The daemon ended before it was ready (${error.how}).`, ...lines.map((line) => `  ${line}`)].join("\n"),
      next: `Its whole log is in ${logFile}.`,
    })
  } finally {
    child.unref()
  }
}

/** The process ended without a message. */
class EndedEarly extends Error {
  readonly how: string

  constructor(how: string) {
    super(how)
    this.how = how
  }
}

type DecidingMessage = Exclude<ReadyMessage, { readonly type: "progress" }>

async function decidingMessage(
  child: ChildProcess,
  options: { readonly silenceMsMax: number; readonly onProgress: DaemonLaunch["onProgress"] },
): Promise<DecidingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<DecidingMessage>()
  const timer = setTimeout(() => {
    child.kill("SIGKILL")
    reject(new EndedEarly(`silent for ${options.silenceMsMax / 1000} s`))
  }, options.silenceMsMax)
  child.on("message", (received) => {
    const message = received as ReadyMessage
    if (message.type !== "progress") return resolve(message)
    timer.refresh()
    options.onProgress?.(message.message)
  })
  child.once("error", reject)
  // `close` comes after the last message was delivered, unlike `exit`.
  child.once("close", (code, signal) => reject(new EndedEarly(signal ?? `exit code ${code}`)))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    child.removeAllListeners()
  }
}
