import { parseArgs } from "node:util"

import { alyxError } from "../errors.ts"
import { systemClock } from "../lib/clock.ts"
import { packageVersion } from "../lib/package-root.ts"
import { keepHeapSmall } from "../lib/small-heap.ts"
import { logBytesMax } from "../project/log-rotation.ts"
import { optionFlags } from "../project/options.ts"
import { projectPaths } from "../project/paths.ts"
import type { DaemonFile, DaemonMode, ReadyMessage } from "../protocol/admin-api.ts"
import { startDaemon } from "./daemon.ts"
import type { DaemonOptions, RunningDaemon } from "./compose/daemon-options.ts"
import { LogOutput } from "./log-output.ts"
import { toWireError } from "../protocol/wire-error.ts"

/** In dev, where 30 MB are in use: each look takes some 30 ms of processor, at full speed one every few seconds. */
const heapGrowthPercent = 50

/**
 * The daemon's program: `main.js --root <folder> --mode dev|start [--foreground] [--verbose] [--no-watch] [--port 9000 …]`.
 *
 * Run as a program, in the background, it tells its parent over the IPC channel whether it is ready. Imported, in the
 * foreground, it resolves or rejects, and whoever imported it shows the error.
 */
export async function runDaemon(argv: readonly string[], onProgress?: (message: string) => void): Promise<DaemonFile> {
  const args = parseDaemonArguments(argv)
  ignoreOutputErrors()
  // It stands beside an editor and a browser, and has few to serve.
  if (args.mode === "dev") keepHeapSmall(heapGrowthPercent)
  const signals = new SignalHandling({ isTerminal: process.stdout.isTTY })
  const daemon = await startDaemon({
    ...args,
    env: process.env,
    version: packageVersion(),
    clock: systemClock,
    programs: {
      checkpointWorker: new URL("checkpoint-worker.js", import.meta.url),
      readerProcess: new URL("reader-process.js", import.meta.url),
      seedWorker: new URL("seed-worker.js", import.meta.url),
      fakeWorker: new URL("fake-worker.js", import.meta.url),
      dataProcess: new URL("data-process.js", import.meta.url),
      functionWorker: new URL("function-worker.js", import.meta.url),
      buildWorker: new URL("build-worker.js", import.meta.url),
    },
    output: outputOf(args),
    onProgress: (message) => onProgress?.(message),
    onFatal: () => process.exit(1),
    ending: signals.ending,
    onShutdown: () => signals.begin(),
  })
  signals.handle(daemon)
  // Whoever needs it holds the channel: when that process ends, however it does, so does this one.
  if (args.mode === "tool") process.on("disconnect", () => signals.begin())
  return daemon.file
}

function parseDaemonArguments(argv: readonly string[]): {
  root: string
  mode: DaemonMode
  isForeground: boolean
  isWatching: boolean
  isMigrating: boolean
  flags: Record<string, string | boolean>
  flagWords: readonly string[]
  command: string | undefined
} {
  const offered = optionFlags()
  const { values } = parseArgs({
    args: [...argv],
    options: {
      root: { type: "string" },
      mode: { type: "string" },
      // The command that a daemon in tool mode works for.
      for: { type: "string" },
      foreground: { type: "boolean", default: false },
      verbose: { type: "boolean", default: false },
      // Once, for this start; and at every save, also after a restart.
      migrate: { type: "boolean", default: false },
      "auto-migrate": { type: "boolean", default: false },
      "no-watch": { type: "boolean", default: false },
      ...Object.fromEntries(
        offered.map(({ flag, isSwitch }) => [flag, { type: isSwitch ? "boolean" : "string" } as const]),
      ),
    },
  }) as { values: Record<string, string | boolean | undefined> }
  const { root, mode, foreground, verbose } = values
  if (typeof root !== "string" || (mode !== "dev" && mode !== "start" && mode !== "tool")) {
    throw alyxError("USAGE", { message: "The daemon needs --root <folder> and --mode dev, start or tool." })
  }
  const given = offered.flatMap(({ flag, path, isSwitch }) => {
    const value = values[flag]
    return value === undefined ? [] : [{ path, value, words: isSwitch ? [`--${flag}`] : [`--${flag}`, String(value)] }]
  })
  // Every request counts as slow then, so every request is logged.
  if (verbose === true) given.push({ path: "server.slow_request", value: "0s", words: ["--verbose"] })
  return {
    root,
    mode,
    command: typeof values["for"] === "string" ? values["for"] : undefined,
    isForeground: foreground === true,
    isWatching: values["no-watch"] !== true,
    isMigrating: values["migrate"] === true || values["auto-migrate"] === true,
    flags: Object.fromEntries(given.map(({ path, value }) => [path, value])),
    flagWords: [
      ...given.flatMap(({ words }) => words),
      ...["no-watch", "auto-migrate"].flatMap((name) => (values[name] === true ? [`--${name}`] : [])),
    ],
  }
}

/** In the background the output is the project's log. */
function outputOf({ root, isForeground }: { root: string; isForeground: boolean }): DaemonOptions["output"] {
  if (isForeground) return { write: writeOutput, isTerminal: process.stdout.isTTY }
  return new LogOutput({ file: projectPaths(root).logFile, descriptor: 1, write: writeOutput, bytesMax: logBytesMax })
}

function writeOutput(text: string): boolean {
  return process.stdout.write(text)
}

/**
 * A log line that cannot be written is lost, and nothing else is: the disk that is full is often the one that holds
 * the log. Whoever runs the daemon in the foreground may listen too, and end it when its reader is gone.
 */
function ignoreOutputErrors(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined)
}

/**
 * SIGHUP reads the files again, as it does for servers; at a terminal it says that the terminal was closed.
 * The first SIGTERM, SIGINT or request to stop drains and closes; the next one ends the process at once.
 */
class SignalHandling {
  readonly #isTerminal: boolean
  readonly #ending = new AbortController()
  #daemon: RunningDaemon | undefined

  constructor({ isTerminal }: { isTerminal: boolean }) {
    this.#isTerminal = isTerminal
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => this.#end(signal))
  }

  /** Aborted at the first signal, also when the daemon only starts yet. */
  get ending(): AbortSignal {
    return this.#ending.signal
  }

  handle(daemon: RunningDaemon): void {
    this.#daemon = daemon
    process.on("SIGHUP", () => (this.#isTerminal ? this.begin() : void daemon.reloadFiles()))
    if (this.ending.aborted) void this.#stop(daemon)
  }

  begin(): void {
    if (!this.ending.aborted) this.#end("SIGTERM")
  }

  #end(signal: "SIGTERM" | "SIGINT"): void {
    if (this.ending.aborted) process.exit(signal === "SIGINT" ? 130 : 143)
    this.#ending.abort()
    if (this.#daemon) void this.#stop(this.#daemon)
  }

  async #stop(daemon: RunningDaemon): Promise<void> {
    const failures = await daemon.stop()
    process.exit(failures.length > 0 ? 1 : 0)
  }
}

/** So that the parent goes on waiting. It may have gone away, which is no reason to stop. */
function tellProgress(message: string): void {
  const progress: ReadyMessage = { type: "progress", message }
  if (process.connected) process.send?.(progress, () => undefined)
}

/** The parent waits for the message that decides; then the two have nothing more to say to each other. */
function tellParent(message: ReadyMessage): void {
  const isTool = message.type === "ready" && message.daemon.mode === "tool"
  process.send?.(message, () => {
    if (process.connected && !isTool) process.disconnect?.()
  })
}

if (process.argv[1] === import.meta.filename) {
  try {
    tellParent({ type: "ready", daemon: await runDaemon(process.argv.slice(2), tellProgress) })
  } catch (error) {
    if (process.send === undefined) throw error
    tellParent({ type: "failed", error: toWireError(error) })
    process.exitCode = 1
  }
}
