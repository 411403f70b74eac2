import type { YamlEntry, YamlMap, YamlNode } from "../lib/yaml-tree.ts"
import { yamlEntry } from "../lib/yaml-tree.ts"
import type { CollectionDraft } from "./drafts.ts"
import { collectionCountMax } from "./limits.ts"
import type { NamedPart } from "./named-parts.ts"
import { namedParts } from "./named-parts.ts"
import { parseFields } from "./parse-fields.ts"
import { parseIndexes } from "./parse-indexes.ts"
import { parseCollectionRules } from "./parse-rules.ts"
import type { ProblemList } from "./problem-list.ts"
import { checkKeys, readBoolean, readMap, shown } from "./read-values.ts"

const rootKeys = ["version", "collections"] as const

/** The keys of a collection; `name` belongs to the list notation. */
export const collectionKeys = ["name", "fields", "indexes", "rules", "timestamps", "read_in_memory"] as const

/** Takes the root of schema.yaml apart into collections as written. */
export function parseCollections(root: YamlMap, problems: ProblemList): CollectionDraft[] {
  checkKeys(root, rootKeys, "schema.yaml", problems)
  checkVersion(yamlEntry(root, "version"), problems)
  const collections = yamlEntry(root, "collections")
  if (collections === undefined || isEmpty(collections.value)) return []
  const parts = namedParts(collections.value, "collection", problems)
  if (parts.length > collectionCountMax) {
    const message = `There are ${parts.length} collections; at most ${collectionCountMax} are allowed.`
    problems.add("TOO_MANY", collections.keyAt, message)
    return []
  }
  return parts.map((part) => parseCollection(part, problems)).filter((draft) => draft !== null)
}

function checkVersion(version: YamlEntry | undefined, problems: ProblemList): void {
  if (version === undefined) return
  const { value } = version
  if (value.kind === "scalar" && value.value === 1) return
  const message = `The version of the schema language must be 1, not ${shown(value)}.`
  problems.add("VERSION_UNSUPPORTED", value.at, message, "Write version: 1, or leave it out.")
}

function parseCollection(part: NamedPart, problems: ProblemList): CollectionDraft | null {
  const { name, at } = part
  if (isEmpty(part.value)) {
    problems.add("COLLECTION_EMPTY", at, `The collection ${name} has no fields.`, addFields)
    return null
  }
  const map = readMap(part.value, `The collection ${name}`, problems)
  if (map === null) return null
  checkKeys(map, collectionKeys, `the collection ${name}`, problems)
  const fields = yamlEntry(map, "fields")
  if (fields === undefined || isEmpty(fields.value)) {
    problems.add("COLLECTION_EMPTY", fields?.keyAt ?? at, `The collection ${name} has no fields.`, addFields)
  }
  const timestamps = yamlEntry(map, "timestamps")
  const readInMemory = yamlEntry(map, "read_in_memory")
  return {
    name,
    at,
    fields: fields === undefined || isEmpty(fields.value) ? [] : parseFields(name, fields.value, problems),
    indexes: parseIndexes(name, yamlEntry(map, "indexes"), problems),
    rules: parseCollectionRules(name, yamlEntry(map, "rules"), problems),
    timestamps: timestamps ? readBoolean(timestamps.value, `timestamps of ${name}`, problems) : null,
    readInMemory: readInMemory
      ? readBoolean(readInMemory.value, `read_in_memory of ${name}`, problems) === true
      : false,
  }
}

const addFields = "Add at least one under fields, such as title: { type: string }."

function isEmpty(node: YamlNode): boolean {
  if (node.kind === "scalar") return node.value === null
  return node.kind === "map" ? node.entries.length === 0 : node.items.length === 0
}
