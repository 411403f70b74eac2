/** How often it is said how far a change of tables is. */
const intervalMs = 1_000

/** Passes on one line a second at most, the first one at once; those between are dropped. */
export function onceASecond(tell: (message: string) => void): (message: string) => void {
  let toldAtMs = -Infinity
  return (message) => {
    const nowMs = performance.now()
    if (nowMs - toldAtMs < intervalMs) return
    toldAtMs = nowMs
    tell(message)
  }
}
