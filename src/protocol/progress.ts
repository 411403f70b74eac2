import type { WireError } from "./admin-api.ts"

/** How far long work is: shown as a line, and as a bar where the ratio is known. */
export interface Progress {
  /** A line without a figure: "Copying posts". */
  readonly message: string
  /** From 0 to 1; left out when it is not known. */
  readonly ratio?: number
}

/** Called with what is being done now; at most a few times a second. It must not throw. */
export type OnProgress = (progress: Progress) => void

/**
 * What a request of the control API for long work is answered with when it asks for `text/event-stream`: any number of
 * `progress` events, then one `result` or one `error`. Asked for anything else it waits, and answers with the result as
 * JSON, or with the error and its status.
 */
export type ProgressEvent<Result> =
  | { readonly event: "progress"; readonly data: Progress }
  | { readonly event: "result"; readonly data: Result }
  | { readonly event: "error"; readonly data: WireError }

/** So often progress is told at most, where it says the same as before. */
const progressIntervalMs = 100

/** Drops what comes too soon after the last, unless it says something else. */
export function seldom(tell: OnProgress): OnProgress {
  let last: Progress | undefined
  let lastAtMs = -Infinity
  return (progress) => {
    const nowMs = performance.now()
    if (last?.message === progress.message && nowMs - lastAtMs < progressIntervalMs) return
    last = progress
    lastAtMs = nowMs
    tell(progress)
  }
}
