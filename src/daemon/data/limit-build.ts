import type { Readable } from "node:stream"

import { alyxError } from "../../errors.ts"
import type { BuiltDatabase } from "./data-job.ts"
import type { DataProcess } from "./data-processes.ts"

/** How long a build may keep others waiting. */
export interface BuildLimits {
  /** So long a client may send nothing although more is waited for. */
  readonly stalledBodyMsMax: number
  /** So long a process may neither read nor tell anything: no look at a file takes longer. */
  readonly silentMsMax: number
}

const defaultLimits: BuildLimits = { stalledBodyMsMax: 60_000, silentMsMax: 30 * 60_000 }

/** How often the limits are looked at, within the shorter of them. */
const lookCount = 10

/** What a build is made of, and who waits for it. */
export interface LimitedBuild {
  readonly process: DataProcess
  readonly input: Readable
  readonly signal: AbortSignal
  /** Calls its listener whenever the process tells how far it is. */
  readonly onHeard: (listener: () => void) => void
  readonly limits?: BuildLimits
}

/** Waits for a database that is built of what a client sends; ends it when the client leaves, or nothing goes on. */
export async function limitBuild(build: LimitedBuild): Promise<BuiltDatabase | undefined> {
  const { process, input, signal, onHeard, limits = defaultLimits } = build
  const left = (): void => process.kill(clientLeft())
  if (signal.aborted) left()
  signal.addEventListener("abort", left)
  let lastMs = performance.now()
  const heard = (): void => void (lastMs = performance.now())
  onHeard(heard)
  input.on("data", heard)
  const everyMs = Math.min(limits.stalledBodyMsMax, limits.silentMsMax) / lookCount
  const look = setInterval(() => {
    const silentMs = performance.now() - lastMs
    // A process that does not take what is there yet is at work.
    const isAwaited = !input.readableEnded && !input.isPaused()
    if (isAwaited && silentMs > limits.stalledBodyMsMax) process.kill(stalled(limits.stalledBodyMsMax))
    if (silentMs > limits.silentMsMax) process.kill(silent(limits.silentMsMax))
  }, everyMs)
  try {
    const built = await process.ended
    // Nobody is there any more to hear what would be done now.
    if (signal.aborted) throw clientLeft()
    return built
  } finally {
    clearInterval(look)
    input.off("data", heard)
    signal.removeEventListener("abort", left)
  }
}

function clientLeft(): Error {
  return alyxError("BAD_REQUEST", { message: "The client left before the new content was ready. Nothing was changed." })
}

function stalled(ms: number): Error {
  return alyxError("BAD_REQUEST", { message: `Nothing of the file came for ${ms / 1_000} s. Nothing was changed.` })
}

function silent(ms: number): Error {
  return alyxError("RESTORE_INVALID", {
    message: `Nothing was heard of the file for ${ms / 1_000} s: one of its statements or triggers may never end.`,
    next: "Nothing was changed. Restore a dump that alyx db dump wrote.",
  })
}
