import { quoted } from "./query-problems.ts"
import type { QueryProblems } from "./query-problems.ts"
import type { RecordLimits } from "./records.ts"

/** Which part of a list is asked for. */
export type Page =
  | { readonly kind: "offset"; readonly limit: number; readonly offset: number }
  /** `cursor` is empty at the start of a walk. */
  | { readonly kind: "cursor"; readonly limit: number; readonly cursor: string }

/** Reads `limit` and `offset`, or `page` and `perPage`, or `cursor` and `limit`. */
export function parsePage(
  parameters: ReadonlyMap<string, string>,
  limits: RecordLimits,
  problems: QueryProblems,
): Page {
  const numbered = parameters.has("page") || parameters.has("perPage")
  const cursor = parameters.get("cursor")
  if (numbered && (parameters.has("limit") || parameters.has("offset") || cursor !== undefined)) {
    problems.query("CONTRADICTION", `"page" and "perPage" do not go together with "limit", "offset" or "cursor".`)
  }
  if (cursor !== undefined && parameters.has("offset")) {
    problems.query("CONTRADICTION", `"cursor" does not go together with "offset".`)
  }
  const number = (name: string, range: { min: number; max: number; fallback: number }): number => {
    const text = parameters.get(name)
    if (text === undefined) return range.fallback
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (value >= range.min && value <= range.max) return value
    const message = `"${name}" must be a whole number from ${range.min} to ${range.max}, not ${quoted(text)}.`
    problems.query("OUT_OF_RANGE", message)
    return range.fallback
  }
  const size = { min: 1, max: limits.pageMax, fallback: limits.pageDefault }
  if (cursor !== undefined) return { kind: "cursor", limit: number("limit", size), cursor }
  if (!numbered) {
    const limit = number("limit", size)
    return { kind: "offset", limit, offset: number("offset", { min: 0, max: limits.offsetMax, fallback: 0 }) }
  }
  const limit = number("perPage", size)
  const pageMax = Math.floor(limits.offsetMax / limit) + 1
  return { kind: "offset", limit, offset: (number("page", { min: 1, max: pageMax, fallback: 1 }) - 1) * limit }
}
