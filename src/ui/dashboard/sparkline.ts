const bars = "▁▂▃▄▅▆▇█"

/** The last values as bars, the newest at the right; the greatest of them fills its cell. */
export function sparkline(values: readonly number[], columns: number): string {
  const shown = values.slice(-Math.max(0, columns))
  const top = Math.max(1, ...shown)
  return shown.map((value) => bars[Math.min(bars.length - 1, Math.floor((value / top) * bars.length))]!).join("")
}
