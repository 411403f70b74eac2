import type { Collection, Schema } from "../../schema/schema.ts"
import { authOperationIds, operationIds, sharedSchemaNames } from "./shared-names.ts"

/** A collection with the words that stand for it in the document. */
export interface NamedCollection {
  readonly collection: Collection
  /** Begins the names of its schemas and ends the ids of its operations. */
  readonly base: string
  /** The heading that its operations stand under. */
  readonly tag: string
}

/** All collections, by name and in the order of their names. */
export type NamedCollections = ReadonlyMap<string, NamedCollection>

/** What the names of a collection's schemas add to its base; the first is the whole document. */
export const schemaSuffixes = [
  "",
  "Selection",
  "Create",
  "Update",
  "List",
  "BatchCreate",
  "BatchUpdate",
  "BatchDelete",
  "BatchCreated",
  "BatchUpdated",
  "BatchDeleted",
] as const

export type SchemaSuffix = (typeof schemaSuffixes)[number]

export const operationVerbs = ["list", "create", "get", "update", "delete"] as const

/** The headings that are no collections. */
const ownTags = ["Auth", "Batch", "Functions", "Server"]

/**
 * Names what the document says of each collection. Generators of clients turn names into identifiers, so none may be
 * equal to another one without regard to case and underscores; what would be is numbered.
 */
export function nameCollections(schema: Schema): NamedCollections {
  const taken = new Set(
    [...sharedSchemaNames, ...Object.values(operationIds), ...Object.values(authOperationIds)].map(spelling),
  )
  const tags = new Set(ownTags.map(spelling))
  const named = new Map<string, NamedCollection>()
  const byName = [...schema.collections.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  for (const collection of byName) {
    const base = firstFree(pascalCase(collection.name), (word) => namesOf(word).some((name) => taken.has(name)))
    for (const name of namesOf(base)) taken.add(name)
    const tag = firstFree(collection.name, (word) => tags.has(spelling(word)))
    tags.add(spelling(tag))
    named.set(collection.name, { collection, base, tag })
  }
  return named
}

/** The name of one of a collection's schemas. */
export function schemaName({ base }: NamedCollection, suffix: SchemaSuffix): string {
  return base + suffix
}

function namesOf(base: string): string[] {
  return [...schemaSuffixes.map((suffix) => base + suffix), ...operationVerbs.map((verb) => verb + base)].map(spelling)
}

function firstFree(word: string, isTaken: (word: string) => boolean): string {
  if (!isTaken(word)) return word
  for (let number = 2; ; number += 1) {
    const numbered = /\d$/.test(word) ? `${word}_${number}` : `${word}${number}`
    if (!isTaken(numbered)) return numbered
  }
}

function pascalCase(name: string): string {
  return name
    .split("_")
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join("")
}

function spelling(name: string): string {
  return name.replaceAll("_", "").toLowerCase()
}
