import { alyxError } from "../../errors.ts"
import { isJsonObject } from "../../lib/json-object.ts"
import { nearestWord } from "../../lib/nearest-word.ts"
import type { ManyFilter, QueryPairs } from "../records/records.ts"

/** A list as records take it: the query of a URL, and conditions as an object. */
export interface ListPairs {
  readonly pairs: QueryPairs
  readonly filter: Readonly<Record<string, unknown>>
}

const words = ["filter", "sort", "limit", "offset", "cursor", "expand", "fields", "skipTotal"]

/** Turns the options of `ctx.db.posts.list` into the query that they mean; what is in them is judged with the query. */
export function listPairs(options: unknown, known: readonly string[] = words): ListPairs {
  const members = optionsOf(options, known)
  const { texts, object } = manyFilter(members["filter"])
  const pairs: [string, string][] = texts.map((text) => ["filter", text])
  for (const name of known) {
    const value = members[name]
    if (name === "filter" || value === undefined || value === null) continue
    pairs.push([name, textOf(name, value)])
  }
  return { pairs, filter: object }
}

/** Reads a filter: one text or several of the form `field:operator:value`, or an object of conditions. */
export function manyFilter(filter: unknown): ManyFilter {
  if (filter === undefined || filter === null) return { texts: [], object: {} }
  if (typeof filter === "string") return { texts: [filter], object: {} }
  if (isTexts(filter)) return { texts: filter, object: {} }
  if (isJsonObject(filter)) return { texts: [], object: filter }
  throw alyxError("INVALID_FILTER", {
    message: `"filter" must be an object, or one or more texts of the form field:operator:value.`,
    next: `Write {status: "open", views: {$gt: 3}}, or "views:gt:3".`,
  })
}

function optionsOf(options: unknown, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (options === undefined || options === null) return {}
  if (!isJsonObject(options)) throw alyxError("INVALID_QUERY", { message: "The options must be an object." })
  const unknownName = Object.keys(options).find((name) => !known.includes(name))
  if (unknownName === undefined) return options
  const nearest = nearestWord(unknownName.slice(0, 40), known)
  const next = nearest === undefined ? `There are: ${known.join(", ")}.` : `Did you mean "${nearest}"?`
  throw alyxError("INVALID_QUERY", { message: `There is no option "${unknownName.slice(0, 60)}".`, next })
}

/** Lists of names are written with commas in a URL; no name holds one. */
function textOf(name: string, value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value)
  const isList = name === "sort" || name === "expand" || name === "fields"
  if (isList && isTexts(value)) return value.join(",")
  throw alyxError("INVALID_QUERY", {
    message: `"${name}" must be a ${isList ? "text or a list of texts" : "single value"}.`,
  })
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string")
}
