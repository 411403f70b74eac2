import { ensureDaemon } from "../client/ensure-daemon.ts"
import { startFrontEnd } from "../client/front-end.ts"
import type { DaemonLaunch } from "../client/spawn-daemon.ts"
import { stopDaemon } from "../client/stop-daemon.ts"
import type { DaemonFile, LogEntry } from "../protocol/admin-api.ts"
import { runDevSession } from "./dev-session.ts"
import type { DevSink } from "./dev-session.ts"
import type { LogLook } from "./log-line.ts"
import { renderLogEntry } from "./log-line.ts"
import type { Terminal } from "./terminal.ts"

/** What `alyx dev` does without its dashboard. */
export interface DevLinesOptions {
  readonly launch: DaemonLaunch
  readonly version: string
  readonly terminal: Terminal
  readonly readText: LogLook["readText"]
  /** A command line that runs beside the daemon; null for none. */
  readonly command: string | null
  /** All entries, past ones too; otherwise only what the files and the daemon have to say from now on. */
  readonly showsAll: boolean
}

/**
 * Serves the project in the background and prints what happens as lines, with a program beside it when one is given.
 * Returns the exit code: the program's, 130 when it was interrupted. Without a program Ctrl-C leaves the daemon running;
 * with one they end together, unless the daemon was there before.
 */
export async function runDevLines(options: DevLinesOptions): Promise<number> {
  const { launch, version, terminal, command } = options
  const { daemon, outcome } = await ensureDaemon(launch, { version })
  const where = daemon.url === null ? "without a TCP port" : `at ${terminal.out.paint("name", daemon.url)}`
  terminal.err.write(`Serving ${where} (process ${daemon.pid}).\n`)
  const leaving = new AbortController()
  const sink = new LineSink(options, daemon)
  const session = runDevSession({ launch, version, store: sink, signal: leaving.signal }, daemon)
  const frontEnd = command === null ? undefined : startFrontEnd(command, { cwd: launch.paths.root, url: daemon.url })
  const signals = listenForSignals()
  try {
    return await Promise.race([
      session.then(() => 0),
      signals.arrived.then(() => (command === null ? 0 : 130)),
      ...(frontEnd === undefined ? [] : [frontEnd.ended]),
    ])
  } finally {
    leaving.abort()
    await Promise.allSettled([session, frontEnd?.stop()])
    if (command !== null && outcome !== "joined") await stopDaemon(sink.daemon)
    else if (signals.haveArrived()) terminal.err.write(terminal.asRunHere("Still running. alyx stop ends it.\n"))
    signals.forget()
  }
}

/** Prints what a session has to say. */
class LineSink implements DevSink {
  readonly #options: DevLinesOptions
  readonly #since = new Date().toISOString()
  #daemon: DaemonFile
  #said = ""

  constructor(options: DevLinesOptions, daemon: DaemonFile) {
    this.#options = options
    this.#daemon = daemon
  }

  /** The one that is followed now. */
  get daemon(): DaemonFile {
    return this.#daemon
  }

  setDaemon(daemon: DaemonFile): void {
    this.#daemon = daemon
  }

  add(entry: Parameters<DevSink["add"]>[0]): void {
    const { terminal, readText } = this.#options
    if (entry.kind === "death") {
      for (const line of entry.lines) terminal.err.write(`  ${line}\n`)
    } else if (this.#isWanted(entry)) {
      terminal.out.write(`${renderLogEntry(entry, { paint: terminal.out.paint, readText })}\n`)
    }
  }

  setMessage(message: { readonly urgent: boolean; readonly text: string } | null): void {
    if (message === null || message.text === this.#said) return
    this.#said = message.text
    const { err } = this.#options.terminal
    err.write(`${err.paint(message.urgent ? "bad" : "warn", "!")} ${message.text}\n`)
  }

  setDaemonState(): void {
    // The message beside it says the same.
  }

  setStats(): void {
    // Lines say what happens; alyx status says how things are.
  }

  setFunctions(): void {
    // The same: alyx functions list.
  }

  #isWanted(entry: LogEntry): boolean {
    if (this.#options.showsAll) return true
    if (entry.time < this.#since) return false
    return entry.kind !== "request" && entry.kind !== "execution" && !(entry.kind === "log" && entry.level === "debug")
  }
}

interface Signals {
  readonly arrived: Promise<void>
  haveArrived(): boolean
  forget(): void
}

/** A second one ends the process as it would anyway. */
function listenForSignals(): Signals {
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const
  const { promise, resolve } = Promise.withResolvers<void>()
  let count = 0
  const listener = (): void => {
    count += 1
    resolve()
    forget()
  }
  const forget = (): void => {
    for (const name of names) process.off(name, listener)
  }
  for (const name of names) process.on(name, listener)
  return { arrived: promise, haveArrived: () => count > 0, forget }
}
