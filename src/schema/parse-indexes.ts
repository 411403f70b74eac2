import type { SourceLocation } from "../lib/source-location.ts"
import type { YamlEntry, YamlMap, YamlNode } from "../lib/yaml-tree.ts"
import { yamlEntry } from "../lib/yaml-tree.ts"
import type { IndexDraft } from "./drafts.ts"
import { indexCountMax, indexFieldCountMax, nameLengthMax } from "./limits.ts"
import { checkName, indexName } from "./names.ts"
import type { ProblemList } from "./problem-list.ts"
import { checkKeys, readBoolean, readList, readMap, readText, readWord } from "./read-values.ts"

/** The keys of one index. */
export const indexKeys = ["name", "fields", "order", "unique"] as const

const orders = ["asc", "desc"] as const

type Order = (typeof orders)[number]

const example = "Write - fields: [author_id, created_at]."

/** Reads `indexes:` of a collection. */
export function parseIndexes(
  collection: string,
  entry: YamlEntry | undefined,
  problems: ProblemList,
): readonly IndexDraft[] {
  if (entry === undefined) return []
  const list = readList(entry.value, `indexes of ${collection}`, problems, example)
  if (list === null) return []
  if (list.items.length > indexCountMax) {
    const message = `${collection} has ${list.items.length} indexes; at most ${indexCountMax} are allowed.`
    problems.add("TOO_MANY", entry.keyAt, message)
    return []
  }
  return list.items.map((item) => parseIndex(collection, item, problems)).filter((index) => index !== null)
}

function parseIndex(collection: string, node: YamlNode, problems: ProblemList): IndexDraft | null {
  const map = readMap(node, `An index of ${collection}`, problems, example)
  if (map === null) return null
  checkKeys(map, indexKeys, `an index of ${collection}`, problems)
  const fields = parseIndexFields(collection, map, problems)
  if (fields.length === 0) return null
  const unique = yamlEntry(map, "unique")
  const name = yamlEntry(map, "name")
  const names = fields.map((field) => field.name)
  const given = name === undefined ? null : readText(name.value, `The name of an index of ${collection}`, problems)
  const at = name?.value.at ?? node.at
  if (given !== null && !checkName("index", given, at, problems)) return null
  const orderOf = parseOrder(collection, yamlEntry(map, "order"), fields.length, problems)
  return {
    // A generated name has no length that a person chose, so it is cut; names must be unique all the same.
    name: given ?? indexName(collection, names).slice(0, 2 * nameLengthMax),
    fields: names.map((field, position) => ({ name: field, order: orderOf(position) })),
    unique: unique === undefined ? false : readBoolean(unique.value, `unique of an index`, problems) === true,
    at,
    fieldPlaces: fields.map((field) => field.at),
  }
}

function parseIndexFields(
  collection: string,
  map: YamlMap,
  problems: ProblemList,
): readonly { readonly name: string; readonly at: SourceLocation }[] {
  const entry = yamlEntry(map, "fields")
  const items = entry === undefined ? [] : entry.value.kind === "scalar" ? [entry.value] : listItems(entry.value)
  if (items.length === 0 || (entry?.value.kind === "scalar" && entry.value.value === null)) {
    problems.add("INDEX_INVALID", entry?.keyAt ?? map.at, `An index of ${collection} has no fields.`, example)
    return []
  }
  if (items.length > indexFieldCountMax) {
    const message = `An index of ${collection} has ${items.length} fields; at most ${indexFieldCountMax} are allowed.`
    problems.add("TOO_MANY", entry?.keyAt ?? map.at, message)
    return []
  }
  const fields = []
  for (const item of items) {
    const name = readText(item, `A field of an index of ${collection}`, problems)
    if (name === null) return []
    fields.push({ name, at: item.at })
  }
  return fields
}

function listItems(node: YamlNode): readonly YamlNode[] {
  return node.kind === "list" ? node.items : []
}

/** `order: desc` holds for all fields; `order: [asc, desc]` gives each its own. */
function parseOrder(
  collection: string,
  entry: YamlEntry | undefined,
  fieldCount: number,
  problems: ProblemList,
): (position: number) => Order {
  if (entry === undefined) return () => "asc"
  const what = `order of an index of ${collection}`
  if (entry.value.kind !== "list") {
    const order = readWord(entry.value, orders, what, problems) ?? "asc"
    return () => order
  }
  const given = entry.value.items.map((item) => readWord(item, orders, what, problems) ?? "asc")
  if (given.length !== fieldCount) {
    const message = `${what} has ${given.length} words for ${fieldCount} fields.`
    problems.add("INDEX_INVALID", entry.value.at, message, "Write one word for all fields, or one for each.")
  }
  return (position) => given[position] ?? "asc"
}
