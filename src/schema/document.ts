import { nearestWord } from "../lib/nearest-word.ts"
import type { FieldFaultCode, FieldReader } from "./field-reader.ts"
import { compileFieldReader } from "./field-reader.ts"
import type { StoredValue } from "./fields/field-type.ts"
import { documentProblemCountMax } from "./limits.ts"
import type { Collection, Field } from "./schema.ts"

/** One thing that is wrong with a body. */
export interface DocumentProblem {
  /** The field's name as the body writes it; "" when the body as a whole is wrong. */
  readonly field: string
  readonly code: FieldFaultCode | "UNKNOWN_FIELD" | "REQUIRED" | "PRIMARY_KEY_READ_ONLY" | "NOT_AN_OBJECT"
  /** A sentence. */
  readonly message: string
}

/** The stored values of the fields that a body gives, or everything that is wrong with it. */
export type DocumentResult =
  | { readonly ok: true; readonly values: Map<string, StoredValue> }
  | { readonly ok: false; readonly problems: readonly DocumentProblem[] }

/** Judges the bodies of one collection. */
export interface DocumentValidator {
  /** A body of a create: required fields must be there. Defaults are applied later, by applyDefaults. */
  create(body: unknown): DocumentResult
  /** A body of an update: any of the fields except the primary key. */
  update(body: unknown): DocumentResult
}

/**
 * Compiles the validator of a collection: once a schema, not once a request. It is written by hand rather than made of
 * JSON Schema: it converts in the same pass, and its messages name the field and the nearest right word.
 */
export function compileDocumentValidator(collection: Collection): DocumentValidator {
  const readers = new Map<string, FieldReader>()
  for (const field of collection.fields.values()) readers.set(field.name, compileFieldReader(field))
  const requiredNames = [...collection.fields.values()].filter(isRequiredOnCreate).map((field) => field.name)
  const primaryKeyName = collection.primaryKey.name
  return {
    create(body) {
      const reading = readBody(body, readers, null)
      for (const name of requiredNames) {
        if (!reading.values.has(name) && !hasOwnField(body, name)) reading.fail(name, "REQUIRED", "is required")
      }
      return reading.result()
    },
    update: (body) => readBody(body, readers, primaryKeyName).result(),
  }
}

/** Tells whether a create must give the field: it may not be null, and nothing else fills it. */
export function isRequiredOnCreate(field: Field): boolean {
  return !field.nullable && field.default === null
}

function readBody(body: unknown, readers: ReadonlyMap<string, FieldReader>, readOnlyName: string | null): Reading {
  const reading = new Reading()
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    reading.failWhole("NOT_AN_OBJECT", "The body must be a JSON object of fields.")
    return reading
  }
  for (const name of Object.keys(body)) {
    if (reading.isFull) break
    const reader = readers.get(name)
    if (reader === undefined) reading.failUnknown(name, readers.keys())
    else if (name === readOnlyName) reading.fail(name, "PRIMARY_KEY_READ_ONLY", "is the primary key and never changes")
    else {
      const value = reader((body as Record<string, unknown>)[name])
      if (Array.isArray(value)) for (const fault of value) reading.fail(name, fault.code, fault.message)
      else reading.values.set(name, value as StoredValue)
    }
  }
  return reading
}

function hasOwnField(body: unknown, name: string): boolean {
  return typeof body !== "object" || body === null || Array.isArray(body) || Object.hasOwn(body, name)
}

/** What has been read of a body so far. */
class Reading {
  readonly values = new Map<string, StoredValue>()
  #problems: DocumentProblem[] | undefined

  get isFull(): boolean {
    return this.#problems !== undefined && this.#problems.length >= documentProblemCountMax
  }

  fail(field: string, code: DocumentProblem["code"], message: string): void {
    this.#add({ field, code, message: `${field} ${message}.` })
  }

  failUnknown(name: string, known: Iterable<string>): void {
    const field = name.length > shownNameLengthMax ? `${name.slice(0, shownNameLengthMax)}…` : name
    const nearest = name.length > shownNameLengthMax ? undefined : nearestWord(name, known)
    const advice = nearest === undefined ? "" : ` Did you mean ${nearest}?`
    this.#add({ field, code: "UNKNOWN_FIELD", message: `${field} is not a field of this collection.${advice}` })
  }

  failWhole(code: DocumentProblem["code"], message: string): void {
    this.#add({ field: "", code, message })
  }

  result(): DocumentResult {
    const problems = this.#problems
    return problems === undefined ? { ok: true, values: this.values } : { ok: false, problems }
  }

  #add(problem: DocumentProblem): void {
    this.#problems ??= []
    if (!this.isFull) this.#problems.push(problem)
  }
}

/** How much of an unknown name a message repeats. */
const shownNameLengthMax = 100
