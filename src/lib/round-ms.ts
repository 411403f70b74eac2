/** Milliseconds to three places, as they are told: clocks count no finer, and more digits are noise. */
export function roundMs(durationMs: number): number {
  return Math.round(durationMs * 1_000) / 1_000
}
