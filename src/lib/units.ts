/** The units of a duration, longest first, in milliseconds. */
const durationUnits = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
] as const

/** The units of a size, largest first, in bytes; they are powers of 1024, as everywhere in memory and page sizes. */
const sizeUnits = [
  ["gb", 1024 ** 3],
  ["mb", 1024 ** 2],
  ["kb", 1024],
  ["b", 1],
] as const

/** What a rate counts over, in milliseconds. */
const rateWindows = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const

/** So many of something in a span of time, such as five sign-ins a minute. */
export interface Rate {
  readonly count: number
  readonly windowMs: number
}

/** Reads `250ms`, `30s`, `15m`, `24h`, `7d` or `1h30m` as milliseconds; null when it is none. A bare `0` is 0. */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim().toLowerCase()
  if (trimmed === "0") return 0
  if (!/^(?:\d{1,15}(?:\.\d{1,6})?(?:ms|s|m|h|d))+$/.test(trimmed)) return null
  const units = new Map<string, number>(durationUnits)
  let totalMs = 0
  let lastFactor = Number.POSITIVE_INFINITY
  for (const [, amount, unit] of trimmed.matchAll(/([\d.]+)(ms|s|m|h|d)/g)) {
    const factor = units.get(unit!)!
    // Larger units come first and none twice: `5m1h` is a slip, not a duration.
    if (factor >= lastFactor) return null
    lastFactor = factor
    totalMs += Number(amount) * factor
  }
  const rounded = Math.round(totalMs)
  return Number.isSafeInteger(rounded) ? rounded : null
}

/** Writes milliseconds as parseDuration reads them: 5400000 is `1h30m`. */
export function formatDuration(durationMs: number): string {
  let rest = durationMs
  let text = ""
  for (const [unit, factor] of durationUnits) {
    const count = Math.floor(rest / factor)
    if (count === 0) continue
    text += `${count}${unit}`
    rest -= count * factor
  }
  return text === "" ? "0s" : text
}

/** Reads `512b`, `64kb`, `1.5mb` or `2GB` (also `MiB`) as bytes; null when it is none. A bare `0` is 0. */
export function parseSize(text: string): number | null {
  const match = /^(\d{1,15}(?:\.\d{1,6})?) ?(b|kb|mb|gb|kib|mib|gib)$/.exec(text.trim().toLowerCase())
  if (match === null) return text.trim() === "0" ? 0 : null
  const factor = new Map<string, number>(sizeUnits).get(match[2]!.replace("i", ""))!
  const bytes = Math.round(Number(match[1]) * factor)
  return Number.isSafeInteger(bytes) ? bytes : null
}

/** Writes bytes as parseSize reads them, in the largest unit that divides them evenly. */
export function formatSize(bytes: number): string {
  if (bytes === 0) return "0b"
  const [unit, factor] = sizeUnits.find(([, size]) => bytes % size === 0)!
  return `${bytes / factor}${unit}`
}

/** Reads `5/minute` as a rate; null when it is none. */
export function parseRate(text: string): Rate | null {
  const match = /^(\d{1,9}) ?\/ ?(second|minute|hour|day)$/.exec(text.trim().toLowerCase())
  if (match === null) return null
  return { count: Number(match[1]), windowMs: rateWindows[match[2] as keyof typeof rateWindows] }
}

/** Writes a rate as parseRate reads it. */
export function formatRate(rate: Rate): string {
  const word = Object.entries(rateWindows).find(([, windowMs]) => windowMs === rate.windowMs)?.[0]
  return `${rate.count}/${word ?? formatDuration(rate.windowMs)}`
}
