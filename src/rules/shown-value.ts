import type { RuleValue } from "./values.ts"
import { RuleDuration, RuleTimestamp, isList, isMap, mapGet, mapKeys } from "./values.ts"

/** What is shown of one value at most; the rest is cut off. */
const shownLengthMax = 200

/** A value as CEL writes it. */
export function shownValue(value: RuleValue): string {
  const text = written(value, 0)
  return text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)}…` : text
}

function written(value: RuleValue, depth: number): string {
  if (value === null || typeof value === "boolean" || typeof value === "bigint") return String(value)
  if (typeof value === "number") return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value)
  if (typeof value === "string") return JSON.stringify(value.slice(0, shownLengthMax + 1))
  if (value instanceof RuleTimestamp) return `timestamp("${new Date(value.ms).toISOString()}")`
  if (value instanceof RuleDuration) return `duration("${value.ms}ms")`
  if (value instanceof Uint8Array) return `bytes of length ${value.length}`
  if (depth > 3) return "…"
  if (isList(value))
    return `[${value
      .slice(0, 20)
      .map((each) => written(each, depth + 1))
      .join(", ")}]`
  if (!isMap(value)) return ""
  const members = mapKeys(value).slice(0, 20)
  return `{${members.map((key) => `${written(key, depth + 1)}: ${written(mapGet(value, key) ?? null, depth + 1)}`).join(", ")}}`
}
