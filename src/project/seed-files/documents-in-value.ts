import { isJsonObject } from "../../lib/json-object.ts"

/** What a seed file in JSON or YAML may hold, for messages. */
export const seedFormsAdvice =
  'Write { "posts": [ { … } ], "users": [ { … } ] }, or a list of { "collection": "posts", "data": { … } }.'

/** A collection and a document out of an entry of a list; or what is wrong with the entry, as a sentence. */
export type EntryReading = { readonly collection: string; readonly data: Readonly<Record<string, unknown>> } | string

/**
 * Reads an entry of a list: `{ collection, data }`, or an operation of a batch, which also has `op: create`. Anything
 * else that a batch can do is not the business of a seed.
 */
export function readEntry(entry: unknown): EntryReading {
  if (!isJsonObject(entry)) return "An entry of the list must be an object with collection and data."
  const { op, collection, data } = entry
  if (op !== undefined && op !== "create")
    return `A seed cannot ${JSON.stringify(op)}; it creates documents, and updates those that exist.`
  if (typeof collection !== "string") return `An entry of the list must name its collection, as a string.`
  if (!isJsonObject(data)) return `The data of an entry must be an object of fields.`
  const other = Object.keys(entry).find((name) => name !== "op" && name !== "collection" && name !== "data")
  if (other !== undefined) return `An entry of the list has no member "${other}": it has collection and data.`
  return { collection, data }
}

/** Tells the body of a batch, whose list is in "operations", from a map of collections. */
export function isBatchList(name: string, first: unknown): boolean {
  return name === "operations" && isJsonObject(first) && "op" in first && "data" in first
}
