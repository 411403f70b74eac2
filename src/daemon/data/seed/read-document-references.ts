import { alyxError } from "../../../errors.ts"
import type { Collection, Field } from "../../../schema/schema.ts"
import type { ReferenceFinder } from "./read-reference.ts"

/** A reference to a document that is not there yet, and may still come. */
export interface HeldReference {
  readonly field: Field
  readonly given: unknown
}

/** A document with the values of its references in place of their names. */
export interface ReadDocument {
  readonly body: Readonly<Record<string, unknown>>
  readonly held: readonly HeldReference[]
}

/**
 * Puts the values of references in place of their names. `mayCome` tells whether documents of a collection may still
 * come in this seed: a reference to one that is not there is then held back.
 */
export function readDocumentReferences(
  finder: ReferenceFinder,
  collection: Collection,
  {
    data,
    mayCome,
  }: { readonly data: Readonly<Record<string, unknown>>; readonly mayCome: (collection: string) => boolean },
): ReadDocument {
  const body = new Map<string, unknown>()
  const held: HeldReference[] = []
  const given = new Set<string>()
  for (const [name, value] of Object.entries(data)) {
    const field = finder.fieldOf(collection, name)
    // The validator says what is wrong with a name that means nothing.
    const fieldName = field?.name ?? name
    if (given.has(fieldName)) {
      const message = `${fieldName} is given twice: by its name, and by that of its relation.`
      throw alyxError("VALIDATION_ERROR", { message, next: "Leave one of them out." })
    }
    given.add(fieldName)
    if (field === undefined || field.references === null || value === null) body.set(fieldName, value)
    else {
      const waits = field.nullable && mayCome(field.references.collection)
      const reading = finder.read(field, value)
      if (reading.kind === "missing") {
        if (!waits) throw reading.error
        held.push({ field, given: value })
      } else if (waits && !finder.exists(field, reading.value) && isKeyLike(reading.value))
        held.push({ field, given: value })
      else body.set(fieldName, reading.value)
    }
  }
  return { body: Object.fromEntries(body), held }
}

/** Anything else is no reference at all, and the validator says so. */
function isKeyLike(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number"
}
