import { alyxError } from "../../../errors.ts"
import type { AlyxError } from "../../../errors.ts"
import { nearestWord } from "../../../lib/nearest-word.ts"
import { quoteName } from "../../../lib/sql-name.ts"
import { compileFieldReader } from "../../../schema/field-reader.ts"
import type { FieldReader } from "../../../schema/field-reader.ts"
import type { StoredValue } from "../../../schema/fields/field-type.ts"
import { wireValue } from "../../../schema/fields/field-types.ts"
import type { Collection, Field, Schema } from "../../../schema/schema.ts"
import { sqlQuery } from "../../storage/database.ts"
import type { Reader } from "../../storage/database.ts"
import { uniqueSets } from "./unique-sets.ts"

/** What a reference was found to mean: the value of its field, or that no document is there (yet). */
export type ReferenceReading =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "missing"; readonly error: AlyxError }

/** How deep an object may name documents within documents: `{ post: { author: { email } } }` has three. */
const depthMax = 8

/** Documents that are looked at for the nearest value, before and after the place where it would be. */
const neighbourCountMax = 500

/** Turns what a seed gives for a relation into the value of its field. */
export class ReferenceFinder {
  readonly #schema: Schema
  readonly #reader: Reader
  readonly #fieldReaders = new Map<Field, FieldReader>()

  constructor(schema: Schema, reader: Reader) {
    this.#schema = schema
    this.#reader = reader
  }

  /** The field that a name in a document means: a field, or the one of a forward relation. */
  fieldOf(collection: Collection, name: string): Field | undefined {
    const own = collection.fields.get(name)
    if (own !== undefined) return own
    const relation = this.#schema.relations
      .get(collection.name)
      ?.find((each) => each.kind === "forward" && (each.name === name || each.aliases.includes(name)))
    return relation === undefined ? undefined : collection.fields.get(relation.localField)
  }

  /** Reads an object of unique fields, a value of the target's one natural key, or the referenced value itself. */
  read(field: Field, given: unknown, depth = 0): ReferenceReading {
    if (given === null || field.references === null) return { kind: "value", value: given }
    const target = this.#schema.collections.get(field.references.collection)!
    const pointed = target.fields.get(field.references.field)!
    if (typeof given === "object" && !Array.isArray(given))
      return this.#byFields({ field, target, pointed, given, depth })
    if (!Array.isArray(this.#readerOf(pointed)(given))) return { kind: "value", value: given }
    const natural = naturalKey(target, pointed)
    if (natural === undefined) return { kind: "value", value: given }
    return this.#byFields({ field, target, pointed, given: { [natural]: given }, depth })
  }

  /** Whether a document with this value is there. */
  exists(field: Field, value: unknown): boolean {
    const { collection, field: name } = field.references!
    const pointed = this.#schema.collections.get(collection)!.fields.get(name)!
    const stored = this.#readerOf(pointed)(value)
    if (Array.isArray(stored)) return false
    const sql = `SELECT 1 FROM ${quoteName(collection)} WHERE ${quoteName(name)} = ?`
    return this.#reader.get(sqlQuery(sql, [stored])) !== undefined
  }

  #byFields(call: ReferenceCall): ReferenceReading {
    const { field, target, pointed, given, depth } = call
    if (depth >= depthMax)
      throw invalid(`${field.name} names documents within documents deeper than ${depthMax} levels.`)
    const conditions = new Map<string, StoredValue>()
    for (const [name, value] of Object.entries(given)) {
      const inner = this.fieldOf(target, name)
      if (inner === undefined) throw unknownField(field, target, name)
      const reading = this.read(inner, value, depth + 1)
      if (reading.kind === "missing") return reading
      const stored = this.#readerOf(inner)(reading.value)
      if (Array.isArray(stored))
        throw invalid(`${field.name}.${name} ${(stored as { message: string }[])[0]!.message}.`)
      conditions.set(inner.name, stored as StoredValue)
    }
    requireUnique(field, target, conditions)
    const where = [...conditions.keys()].map((name) => `${quoteName(name)} = ?`).join(" AND ")
    const sql = `SELECT ${quoteName(pointed.name)} AS value FROM ${quoteName(target.name)} WHERE ${where} LIMIT 1`
    const row = this.#reader.get(sqlQuery<{ value: StoredValue }>(sql, [...conditions.values()]))
    if (row !== undefined) return { kind: "value", value: wireValue(pointed, row.value) }
    return { kind: "missing", error: this.#notFound(field, target, conditions) }
  }

  #notFound(field: Field, target: Collection, conditions: ReadonlyMap<string, StoredValue>): AlyxError {
    const named = [...conditions]
      .map(([name, value]) => `${name} ${shown(target.fields.get(name)!, value)}`)
      .join(" and ")
    const nearest = this.#nearest(target, conditions)
    return alyxError("REFERENCE_CONFLICT", {
      message: `${field.name}: ${target.name} has no document with the ${named}.`,
      next:
        nearest === undefined
          ? `Add it to ${target.name}, here or before.`
          : `Did you mean ${JSON.stringify(nearest)}?`,
    })
  }

  /** The nearest value among those that an index finds around it. */
  #nearest(target: Collection, conditions: ReadonlyMap<string, StoredValue>): string | undefined {
    const [[name, value] = []] = [...conditions]
    if (conditions.size !== 1 || name === undefined || typeof value !== "string") return undefined
    if (target.fields.get(name)!.internal) return undefined
    const column = quoteName(name)
    const table = quoteName(target.name)
    const part = (sign: string, order: string): string =>
      `SELECT * FROM (SELECT ${column} AS word FROM ${table} WHERE ${column} ${sign} ? ORDER BY ${column} ${order} LIMIT ${neighbourCountMax})`
    const sql = `${part("<", "DESC")} UNION ALL ${part(">", "ASC")}`
    const rows = this.#reader.all(sqlQuery<{ word: string }>(sql, [value, value]))
    return nearestWord(
      value,
      rows.map(({ word }) => word),
    )
  }

  #readerOf(field: Field): FieldReader {
    let reader = this.#fieldReaders.get(field)
    if (reader === undefined) this.#fieldReaders.set(field, (reader = compileFieldReader(field)))
    return reader
  }
}

interface ReferenceCall {
  readonly field: Field
  readonly target: Collection
  readonly pointed: Field
  readonly given: object
  readonly depth: number
}

/** The one unique field besides the one that is pointed to; undefined when there are several, or none. */
function naturalKey(target: Collection, pointed: Field): string | undefined {
  const names = new Set(uniqueSets(target).flatMap((set) => (set.length === 1 ? set : [])))
  names.delete(target.primaryKey.name)
  names.delete(pointed.name)
  return names.size === 1 ? [...names][0] : undefined
}

function requireUnique(field: Field, target: Collection, conditions: ReadonlyMap<string, StoredValue>): void {
  const sets = uniqueSets(target)
  if (sets.some((set) => set.every((name) => conditions.has(name) && conditions.get(name) !== null))) return
  const choices = sets.map((set) => set.join(" with ")).join(", or ")
  throw invalid(`${field.name} must name one document of ${target.name}.`, `Give what is unique there: ${choices}.`)
}

function unknownField(field: Field, target: Collection, name: string): AlyxError {
  const nearest = nearestWord(name, target.fields.keys())
  const next = nearest === undefined ? undefined : `Did you mean ${nearest}?`
  return invalid(`${field.name}: ${target.name} has no field ${JSON.stringify(name.slice(0, 100))}.`, next)
}

const shownLengthMax = 100

/** An internal value is a secret. */
function shown(field: Field, value: StoredValue): string {
  if (field.internal) return "given"
  const text = JSON.stringify(wireValue(field, value))
  return text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)}…` : text
}

function invalid(message: string, next?: string): AlyxError {
  return alyxError("VALIDATION_ERROR", { message, ...(next !== undefined && { next }) })
}
