import { editDistance } from "../../lib/nearest-word.ts"
import type { Collection, Field, Schema } from "../schema.ts"

/** Something that is gone, and something new that may be the same under another name. */
export interface DraftPair<Part> {
  readonly from: Part
  readonly to: Part
}

/** With more parts than this nobody answers questions; the comparison of all with all would take long. */
const comparedCountMax = 100

/** Collections that are gone, each with a new one of equal fields. */
export function pairCollections(before: Schema, after: Schema): readonly DraftPair<Collection>[] {
  const gone = [...before.collections.values()].filter(({ name }) => !after.collections.has(name))
  const added = [...after.collections.values()].filter(({ name }) => !before.collections.has(name))
  return pairUp(gone, added, (from, to) => (shapeText(from) === shapeText(to) ? 0 : null))
}

/** Names and types of the fields, in any order. */
function shapeText(collection: Collection): string {
  return [...collection.fields.values()]
    .map((field) => `${field.name} ${field.type}${field.primary ? " primary" : ""}`)
    .toSorted()
    .join()
}

/** Fields that are gone from a collection, each with a new one of its type. */
export function pairFields(before: Collection, after: Collection): readonly DraftPair<Field>[] {
  const gone = [...before.fields.values()].filter(({ name }) => !after.fields.has(name))
  const added = [...after.fields.values()].filter(({ name }) => !before.fields.has(name))
  return pairUp(gone, added, (from, to) => {
    if (from.type !== to.type || from.primary !== to.primary) return null
    return from.references?.collection === to.references?.collection ? optionDistance(from, to) : otherReferenceCost
  })
}

/** A field that points elsewhere is the last one to be taken for the same. */
const otherReferenceCost = 1_000

/** Of two equally similar names the field with the same options is the likelier one. */
function optionDistance(from: Field, to: Field): number {
  const options = ["unique", "nullable", "index", "internal", "maxLength", "format", "pattern"] as const
  return options.filter((option) => from[option] !== to[option]).length / 100
}

/** 0 for equal names, 1 for names without a common letter; name and display_name are near, since one says the other. */
function nameDistance(from: string, to: string): number {
  const [a, b] = [from.toLowerCase(), to.toLowerCase()]
  const edits = editDistance(a, b) / Math.max(a.length, b.length)
  return a.endsWith(b) || b.endsWith(a) || a.startsWith(b) || b.startsWith(a) ? Math.min(edits, 0.2) : edits
}

/** Takes the most similar names first; every part is in one pair at most. `cost` is null where two cannot be the same. */
function pairUp<Part extends { readonly name: string }>(
  gone: readonly Part[],
  added: readonly Part[],
  cost: (from: Part, to: Part) => number | null,
): readonly DraftPair<Part>[] {
  const candidates = gone.slice(0, comparedCountMax).flatMap((from) =>
    added.slice(0, comparedCountMax).flatMap((to) => {
      const extra = cost(from, to)
      if (extra === null) return []
      return [{ from, to, distance: extra + nameDistance(from.name, to.name) }]
    }),
  )
  const taken = new Set<Part>()
  const pairs: DraftPair<Part>[] = []
  for (const { from, to } of candidates.toSorted((a, b) => a.distance - b.distance)) {
    if (taken.has(from) || taken.has(to)) continue
    taken.add(from).add(to)
    pairs.push({ from, to })
  }
  return pairs
}
