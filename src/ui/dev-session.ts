import { setTimeout as delay } from "node:timers/promises"

import { DaemonClient } from "../client/daemon-client.ts"
import { readDaemonFile } from "../client/daemon-file.ts"
import { ensureDaemon } from "../client/ensure-daemon.ts"
import type { DaemonLaunch } from "../client/spawn-daemon.ts"
import { isAlyxError } from "../errors.ts"
import type { DaemonFile } from "../protocol/admin-api.ts"
import type { DevStore } from "./dev-store.ts"

/** How often the counts are asked for. */
const statsIntervalMs = 2_000

/** How long before a daemon that died is started again: doubled each time, from the first to the last. */
const restartDelayMs = { first: 250, last: 10_000 }

/** A daemon that lived for so long died for another reason than the one before it. */
const steadyMs = 30_000

interface SessionParts {
  readonly launch: DaemonLaunch
  readonly version: string
  readonly store: DevStore
  /** Ends the session; the daemon goes on. */
  readonly signal: AbortSignal
}

/**
 * Fills the store from the daemon until the signal ends it, and starts the daemon again when it died. Resolves when
 * somebody else stopped the daemon, or when the signal came.
 */
export async function runDevSession(parts: SessionParts): Promise<void> {
  let waitMs = restartDelayMs.first
  while (!parts.signal.aborted) {
    const { daemon } = parts.store.snapshot()
    const startedAt = performance.now()
    await followDaemon(parts, daemon)
    if (parts.signal.aborted || (await wasStopped(parts, daemon))) return
    if (performance.now() - startedAt > steadyMs) waitMs = restartDelayMs.first
    waitMs = await reviveDaemon(parts, waitMs)
  }
}

/** Resolves when the daemon's log ends, which is when the daemon does. */
async function followDaemon({ store, signal }: SessionParts, daemon: DaemonFile): Promise<void> {
  const client = new DaemonClient(daemon)
  const gone = new AbortController()
  const nudge = new EventTarget()
  const polling = pollStats(client, store, { nudge, signal: AbortSignal.any([signal, gone.signal]) })
  try {
    for await (const entry of client.logs({ tail: 100, follow: true, signal })) {
      store.add(entry)
      // A reload changes the collections, and what is wrong with the files.
      if (entry.kind === "reload") nudge.dispatchEvent(new Event("nudge"))
    }
  } catch (error) {
    if (!isAlyxError(error)) throw error
  } finally {
    gone.abort()
    await polling
  }
}

/** Asks for the counts every now and then, and at once when nudged. */
async function pollStats(
  client: DaemonClient,
  store: DevStore,
  { nudge, signal }: { readonly nudge: EventTarget; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    const nudged = new AbortController()
    nudge.addEventListener("nudge", () => nudged.abort(), { signal: nudged.signal })
    try {
      store.setStats(await client.stats())
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

/** Starts the daemon again, however long it takes; returns how long to wait the next time. */
async function reviveDaemon({ launch, version, store, signal }: SessionParts, firstWaitMs: number): Promise<number> {
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, restartDelayMs.last)) {
    store.setMessage({ urgent: true, text: "The daemon died; starting it again…" })
    await delay(waitMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return waitMs
    try {
      const { daemon } = await ensureDaemon(launch, { version })
      store.setDaemon(daemon)
      store.setMessage({ urgent: true, text: "The daemon died and was started again. alyx logs shows why." })
      return Math.min(waitMs * 2, restartDelayMs.last)
    } catch (error) {
      if (!isAlyxError(error)) throw error
      store.setMessage({ urgent: true, text: error.message.split("\n", 1)[0]! })
      await delay(Math.min(waitMs * 2, restartDelayMs.last), undefined, { signal }).catch(() => undefined)
    }
  }
}
