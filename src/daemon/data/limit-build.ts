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
  /** Begins it; `heard` is to be called whenever the process tells how far it is. */
  readonly start: (heard: () => void) => DataProcess
  readonly input: Readable
  readonly signal: AbortSignal
  readonly limits?: BuildLimits
}

/** Waits for a database that is built of what a client sends; ends it when the client leaves, or nothing goes on. */
export async function limitBuild(build: LimitedBuild): Promise<BuiltDatabase> {
  const { start, input, signal, limits = defaultLimits } = build
  let lastMs = performance.now()
  const heard = (): void => void (lastMs = performance.now())
  const process = start(heard)
  // It writes no output; what is not read would keep its pipe open.
  process.output.resume()
  const left = (): void => process.kill(clientLeft())
  if (signal.aborted) left()
  signal.addEventListener("abort", left)
  input.on("data", heard)
  const everyMs = Math.min(limits.stalledBodyMsMax, limits.silentMsMax) / lookCount
  const look = setInterval(() => {
    const silentMs = performance.now() - lastMs
    // A process that does not take what is there yet is at work.
    const isAwaited = !input.readableEnded && input.readableLength === 0
    if (isAwaited && silentMs > limits.stalledBodyMsMax) process.kill(stalled(limits.stalledBodyMsMax))
    if (silentMs > limits.silentMsMax) process.kill(silent(limits.silentMsMax))
  }, everyMs)
  try {
    const built = await process.ended
    // Nobody is there any more to hear what would be done now.
    if (signal.aborted) throw clientLeft()
    if (built === undefined) throw new Error("The new database was not made.")
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
