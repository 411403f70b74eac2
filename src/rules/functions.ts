import { durationOf, timestampAt } from "./arithmetic.ts"
import { tooMuchWork } from "./compare.ts"
import type { RuleFrame } from "./frame.ts"
import { searchedFor } from "./search-text.ts"
import { RuleDuration, RuleFault, RuleTimestamp, isList, isMap, mapKeys, typeName } from "./values.ts"
import type { Outcome, RuleValue } from "./values.ts"

/** A function of CEL, over values that are no faults. A method's receiver is its first argument. */
export type RuleFunction = (args: readonly RuleValue[], frame: RuleFrame) => Outcome

/** The functions that rules may call as `name(…)`. Others that CEL has are refused when a schema loads. */
export const plainFunctions: ReadonlyMap<string, RuleFunction> = new Map<string, RuleFunction>([
  ["size", sizeOf],
  ["timestamp", toTimestamp],
  ["duration", toDuration],
  ["string", toText],
  ["double", toDouble],
  ["dyn", ([value]) => value!],
])

/** The functions that rules may call as `value.name(…)`. `matches` is compiled with its pattern (matches.ts). */
export const methods: ReadonlyMap<string, RuleFunction> = new Map<string, RuleFunction>([
  ["size", sizeOf],
  ["startsWith", ofTexts("startsWith", (text, other) => text.startsWith(other))],
  ["endsWith", ofTexts("endsWith", (text, other) => text.endsWith(other))],
  ["contains", ofTexts("contains", searchedFor)],
  ["getFullYear", ofTime("getFullYear", (date) => date.getUTCFullYear())],
  ["getMonth", ofTime("getMonth", (date) => date.getUTCMonth())],
  ["getDate", ofTime("getDate", (date) => date.getUTCDate())],
  ["getDayOfMonth", ofTime("getDayOfMonth", (date) => date.getUTCDate() - 1)],
  ["getDayOfWeek", ofTime("getDayOfWeek", (date) => date.getUTCDay())],
  ["getHours", ofTime("getHours", (date) => date.getUTCHours(), 3_600_000)],
  ["getMinutes", ofTime("getMinutes", (date) => date.getUTCMinutes(), 60_000)],
  ["getMilliseconds", ofTime("getMilliseconds", (date) => date.getUTCMilliseconds())],
  ["getSeconds", ofTime("getSeconds", (date) => date.getUTCSeconds(), 1000)],
])

function sizeOf([value]: readonly RuleValue[], frame: RuleFrame): Outcome {
  if (typeof value === "string") return frame.spend(value.length >> 6) ? BigInt(codePointCount(value)) : tooMuchWork
  if (value instanceof Uint8Array || isList(value!)) return BigInt(value.length)
  if (!isMap(value!)) return unfit("size", value)
  const { length } = mapKeys(value)
  return frame.spend(length) ? BigInt(length) : tooMuchWork
}

/** Texts are counted in code points, as SQLite counts them. */
export function codePointCount(text: string): number {
  let count = text.length
  for (let at = 0; at < text.length - 1; at += 1) {
    if (text.charCodeAt(at) >> 10 !== 0x36 || text.charCodeAt(at + 1) >> 10 !== 0x37) continue
    count -= 1
    at += 1
  }
  return count
}

/** RFC 3339; finer than milliseconds is refused when the schema loads, since timestamps are stored in them. */
const timestampRegExp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d)$/

function toTimestamp([value]: readonly RuleValue[]): Outcome {
  if (value instanceof RuleTimestamp) return value
  if (typeof value !== "string") return unfit("timestamp", value)
  const ms = timestampRegExp.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? new RuleFault("timestamp() needs a text such as 2026-01-31T12:00:00Z.") : timestampAt(ms)
}

const durationRegExp = /^[+-]?(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/
const durationUnits: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

function toDuration([value]: readonly RuleValue[]): Outcome {
  if (value instanceof RuleDuration) return value
  if (typeof value !== "string") return unfit("duration", value)
  if (!durationRegExp.test(value)) return new RuleFault('duration() needs a text such as "90s", "1h30m" or "-24h".')
  let ms = 0
  for (const [, amount, unit] of value.matchAll(/([\d.]+)(h|ms|m|s)/g)) ms += Number(amount) * durationUnits[unit!]!
  if (Math.abs(ms - Math.round(ms)) > 1e-6) return new RuleFault("A duration must be a whole number of milliseconds.")
  return durationOf(value.startsWith("-") ? -Math.round(ms) : Math.round(ms))
}

function toText([value]: readonly RuleValue[]): Outcome {
  if (typeof value === "string") return value
  return typeof value === "bigint" || typeof value === "boolean" ? String(value) : unfit("string", value)
}

function toDouble([value]: readonly RuleValue[]): Outcome {
  if (typeof value === "number") return value
  return typeof value === "bigint" ? Number(value) : unfit("double", value)
}

function ofTexts(name: string, decide: (text: string, other: string, frame: RuleFrame) => Outcome): RuleFunction {
  return ([text, other], frame) => {
    if (typeof text !== "string") return unfit(name, text)
    if (typeof other !== "string") return unfit(name, other)
    return frame.spend(text.length >> 6) ? decide(text, other, frame) : tooMuchWork
  }
}

function ofTime(name: string, part: (date: Date) => number, unitMs?: number): RuleFunction {
  return ([value]) => {
    if (value instanceof RuleTimestamp) return BigInt(part(new Date(value.ms)))
    // Of a span it is the whole of it in that unit.
    if (value instanceof RuleDuration && unitMs !== undefined) return BigInt(Math.trunc(value.ms / unitMs))
    return unfit(name, value)
  }
}

function unfit(name: string, value: RuleValue | undefined): RuleFault {
  return new RuleFault(`${name}() does not take ${value === undefined ? "nothing" : typeName(value)}.`)
}
