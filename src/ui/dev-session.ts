import { setTimeout as delay } from "node:timers/promises"

import { DaemonClient } from "../client/daemon-client.ts"
import { ensureDaemon } from "../client/ensure-daemon.ts"
import { listFunctions } from "../client/function-calls.ts"
import { findDaemon } from "../client/find-daemon.ts"
import { isRunning } from "../client/is-running.ts"
import { lastLines } from "../client/log-file.ts"
import { readDaemonFile } from "../client/daemon-file.ts"
import type { DaemonLaunch } from "../client/spawn-daemon.ts"
import { alyxError, isAlyxError } from "../errors.ts"
import type { DaemonFile } from "../protocol/admin-api.ts"
import type { DevStore } from "./dev-store.ts"

/** How often the counts are asked for. */
const statsIntervalMs = 2_000

/** How long before a daemon that died is started again: doubled each time, from the first to the last. */
const restartDelayMs = { first: 250, last: 10_000 }

/** A daemon that dies so often in so short a time would die again. */
const deathsMax = { count: 5, withinMs: 60_000 }

/** How long after the end of a daemon that was stopped another one may come: `alyx restart` starts it at once. */
const successorTimeoutMs = 5_000

/** How often a successor is looked for. */
const successorIntervalMs = 100

/** How much of the log is shown for a daemon that died too often. */
const shownLogLines = 12

/** What a session fills. */
export type DevSink = Pick<
  DevStore,
  "add" | "setDaemon" | "setDaemonState" | "setFunctions" | "setMessage" | "setStats"
>

interface SessionParts {
  readonly launch: DaemonLaunch
  readonly version: string
  readonly store: DevSink
  /** Ends the session; the daemon goes on. */
  readonly signal: AbortSignal
}

/**
 * Fills the store from the daemon until the signal ends it. A daemon that died is started again, and one that somebody
 * else started in its place is followed. Resolves when the daemon was stopped for good, or when the signal came; throws
 * when it dies again and again.
 */
export async function runDevSession(parts: SessionParts, first: DaemonFile): Promise<void> {
  const { store, signal } = parts
  const deaths = new Deaths(parts.launch.paths.logFile)
  for (let daemon: DaemonFile | undefined = first; daemon !== undefined;) {
    store.setDaemon(daemon)
    await followDaemon(parts, daemon)
    if (signal.aborted) return
    if (await wasStopped(parts, daemon)) daemon = await awaitSuccessor(parts, daemon)
    else daemon = await reviveDaemon(parts, { deaths, died: daemon })
  }
}

/** Resolves when the daemon's log ends, which is when the daemon does. */
async function followDaemon({ store, signal }: SessionParts, daemon: DaemonFile): Promise<void> {
  const client = new DaemonClient(daemon)
  const gone = new AbortController()
  const nudge = new EventTarget()
  const following = followLog(client, { store, nudge, signal }).finally(() => gone.abort())
  await Promise.all([following, pollStats(client, store, { nudge, signal: AbortSignal.any([signal, gone.signal]) })])
}

async function followLog(
  client: DaemonClient,
  { store, nudge, signal }: { readonly store: DevSink; readonly nudge: EventTarget; readonly signal: AbortSignal },
): Promise<void> {
  try {
    for await (const entry of client.logs({ tail: 100, follow: true, signal })) {
      store.add(entry)
      // A reload changes the collections, a build the functions, and both what is wrong with the files.
      if (entry.kind === "reload" || entry.kind === "build") nudge.dispatchEvent(new Event("nudge"))
    }
  } catch (error) {
    if (!isAlyxError(error)) throw error
  }
}

/** Asks for the counts every now and then, and at once when nudged. */
async function pollStats(
  client: DaemonClient,
  store: DevSink,
  { nudge, signal }: { readonly nudge: EventTarget; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    const nudged = new AbortController()
    nudge.addEventListener("nudge", () => nudged.abort(), { signal: nudged.signal })
    try {
      const stats = await client.stats()
      store.setStats(stats)
      store.setFunctions(stats.functions ? (await listFunctions(client)).functions : [])
    } catch (error) {
      if (!isAlyxError(error)) throw error
    }
    await delay(statsIntervalMs, undefined, { signal: AbortSignal.any([signal, nudged.signal]) }).catch(() => undefined)
    nudged.abort()
  }
}

/** An orderly end removes daemon.json; a crash leaves it behind. */
async function wasStopped({ launch }: SessionParts, daemon: DaemonFile): Promise<boolean> {
  const file = await readDaemonFile(launch.paths.daemonFile, launch.paths.root)
  return file?.pid !== daemon.pid
}

/** The daemon that somebody started in the place of a stopped one; undefined when nobody did. */
async function awaitSuccessor(
  { launch, store, signal }: SessionParts,
  stopped: DaemonFile,
): Promise<DaemonFile | undefined> {
  store.setDaemonState("stopped")
  store.setMessage({ urgent: true, text: "The daemon was stopped; waiting a moment for another one…" })
  let deadline = Date.now() + successorTimeoutMs
  while (Date.now() < deadline && !signal.aborted) {
    const successor = await findDaemon(launch.paths).catch(() => undefined)
    if (successor !== undefined && successor.pid !== stopped.pid) {
      // A server under `alyx start` is not for this screen.
      if (successor.mode !== launch.mode) return undefined
      store.setMessage({ urgent: false, text: `The daemon was restarted (process ${successor.pid}).` })
      return successor
    }
    // While the old one still answers what is under way, nobody can have started a new one.
    if (await isRunning(stopped.pid)) deadline = Date.now() + successorTimeoutMs
    await delay(successorIntervalMs, undefined, { signal }).catch(() => undefined)
  }
  return undefined
}

/** Starts the daemon again, however long it takes; undefined when the signal came. */
async function reviveDaemon(
  parts: SessionParts,
  { deaths, died }: { readonly deaths: Deaths; readonly died: DaemonFile },
): Promise<DaemonFile | undefined> {
  const { launch, version, store, signal } = parts
  let waitMs = await deaths.count()
  store.setDaemonState("died")
  store.add({ kind: "death", time: new Date().toISOString(), pid: died.pid, lines: await deaths.lastWords() })
  store.setMessage({ urgent: true, text: "The daemon died; starting it again…" })
  for (;;) {
    await delay(waitMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return undefined
    try {
      const { daemon } = await ensureDaemon(launch, { version })
      const text = "The daemon died and was started again; the end of its log is under Changes."
      store.setMessage({ urgent: false, text })
      return daemon
    } catch (error) {
      if (!isAlyxError(error)) throw error
      // What a person can mend, such as a taken port, may take its time; a daemon that dies as it starts is one more death.
      waitMs = isAlyxError(error, "DAEMON_FAILED") ? await deaths.count() : Math.min(waitMs * 2, restartDelayMs.last)
      store.setMessage({ urgent: true, text: error.message.split("\n", 1)[0]! })
    }
  }
}

/** The deaths of late. */
class Deaths {
  readonly #logFile: string
  #times: number[] = []

  constructor(logFile: string) {
    this.#logFile = logFile
  }

  /** Counts one more and returns how long to wait before the next start; throws when there were too many. */
  async count(): Promise<number> {
    const now = performance.now()
    this.#times = [...this.#times.filter((time) => now - time < deathsMax.withinMs), now]
    const { length } = this.#times
    if (length < deathsMax.count) return Math.min(restartDelayMs.first * 2 ** (length - 1), restartDelayMs.last)
    const lines = await this.lastWords()
    throw alyxError("DAEMON_FAILED", {
      message: [
        `The daemon died ${length} times within a minute, so it is not started again. Its log ends with:`,
        ...lines.map((line) => `  ${line}`),
      ].join("\n"),
      next: `Its whole log is in ${this.#logFile}. Start it again with: alyx dev`,
    })
  }
  /** How the log ends; empty when there is none. */
  async lastWords(): Promise<readonly string[]> {
    return lastLines(this.#logFile, { count: shownLogLines, fromByte: 0 })
  }
}
