import type { OnProgress, Progress } from "../../protocol/progress.ts"

/** How often it is said how far a change of tables is. */
const intervalMs = 1_000

/** Passes on one report a second at most, the first one at once; those between are dropped. */
export function onceASecond(tell: OnProgress): OnProgress {
  let toldAtMs = -Infinity
  return (progress) => {
    const nowMs = performance.now()
    if (nowMs - toldAtMs < intervalMs) return
    toldAtMs = nowMs
    tell(progress)
  }
}

/** "Changing posts: 40 %", for the log and for those who wait for a start. */
export function progressLine({ message, ratio }: Progress): string {
  return ratio === undefined ? message : `${message}: ${Math.floor(ratio * 100)} %`
}
