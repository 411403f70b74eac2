import { storedValue } from "../schema/fields/field-types.ts"
import type { Collection, RuleOperation, Schema } from "../schema/schema.ts"
import { rulesOf } from "./compile-rules.ts"
import type { MatrixSamples, SampleCaller, SampleDocument } from "./matrix-samples.ts"
import type { CollectionRules, CompiledRule, RuleContext, RuleDocuments, StoredRow } from "./rules.ts"

/** Who may do what, for sample documents. */
export interface RulesMatrix {
  /** The names of the columns. */
  readonly callers: readonly string[]
  readonly collections: readonly MatrixCollection[]
}

export interface MatrixCollection {
  readonly name: string
  readonly documents: readonly MatrixDocument[]
}

export interface MatrixDocument {
  /** The words for the sample, such as `own, not published`. */
  readonly name: string
  readonly rows: readonly MatrixRow[]
}

export interface MatrixRow {
  /** `give away`: an update after which the document is somebody else's. */
  readonly operation: RuleOperation | "give away" | "write"
  /** Null for the collection's own rules. */
  readonly field: string | null
  /** In the order of the callers; null where there is no such document for a caller. */
  readonly allowed: readonly (boolean | null)[]
}

/** The time that rules see: always the same, so that the matrix is. */
const sampleTime = "2026-01-01T12:00:00.000Z"

/** Judges every operation on every sample for every caller. Changes nothing, and needs nothing but the schema. */
export function rulesMatrix(schema: Schema, samples: MatrixSamples): RulesMatrix {
  const compiled = rulesOf(schema)
  const collections = [...schema.collections.values()].map((collection) => ({
    name: collection.name,
    documents: (samples.documents.get(collection.name) ?? []).map((document) => ({
      name: document.name,
      rows: rowsOf({ collection, rules: compiled.get(collection.name)!, document, callers: samples.callers }),
    })),
  }))
  return { callers: samples.callers.map(({ name }) => name), collections }
}

/** A rule that does not mention `new` must hold for both states, as it must for requests. */
function updates(rule: CompiledRule | null, context: RuleContext, { doc, new: after }: RuleDocuments): boolean {
  if (rule === null || after === undefined) return false
  const seesBoth = rule.mentions.new.length > 0
  return rule.holds(context, { doc, new: after }) && (seesBoth || rule.holds(context, { doc: after, new: after }))
}

function holds(rule: CompiledRule | null, context: RuleContext, documents: RuleDocuments): boolean {
  return rule?.holds(context, documents) ?? false
}

interface Judged {
  readonly collection: Collection
  readonly rules: CollectionRules
  readonly document: SampleDocument
  readonly callers: readonly SampleCaller[]
}

function rowsOf(judged: Judged): MatrixRow[] {
  const { rules } = judged
  const row = (
    operation: MatrixRow["operation"],
    field: string | null,
    isAllowed: (context: RuleContext, documents: RuleDocuments) => boolean,
  ): MatrixRow => ({ operation, field, allowed: allowedOf(judged, operation, isAllowed) })
  const reads = (context: RuleContext, documents: RuleDocuments): boolean => holds(rules.read, context, documents)
  const changes = (context: RuleContext, documents: RuleDocuments): boolean =>
    reads(context, documents) && updates(rules.update, context, documents)
  const fields = [...rules.fields]
  return [
    row("create", null, (context, documents) => holds(rules.create, context, documents)),
    row("read", null, reads),
    // What cannot be read is not found.
    row("update", null, changes),
    ...(judged.document.givenAwayBy === undefined ? [] : [row("give away", null, changes)]),
    row("delete", null, (context, documents) => reads(context, documents) && holds(rules.delete, context, documents)),
    ...fields.flatMap(([name, { read, write }]) => [
      ...(read === null
        ? []
        : [row("read", name, (context, documents) => reads(context, documents) && holds(read, context, documents))]),
      ...(write === null ? [] : [row("write", name, (context, documents) => holds(write, context, documents))]),
    ]),
  ]
}

function allowedOf(
  { collection, document, callers }: Judged,
  operation: MatrixRow["operation"],
  isAllowed: (context: RuleContext, documents: RuleDocuments) => boolean,
): (boolean | null)[] {
  return callers.map((caller) => {
    if (document.needsAccount && caller.auth.id === null) return null
    const fields = document.fieldsFor(caller)
    const doc = storedRow(collection, fields)
    const request = { method: methods[operation], ip: "192.0.2.1", time: sampleTime, body: fields, headers: {} }
    // Any other update changes nothing that rules look at.
    const after = operation === "give away" ? storedRow(collection, document.givenAwayBy!(caller)) : doc
    return isAllowed({ auth: caller.auth, request }, { doc, new: after })
  })
}

const methods = {
  create: "POST",
  read: "GET",
  update: "PATCH",
  "give away": "PATCH",
  delete: "DELETE",
  write: "PATCH",
} as const

function storedRow(collection: Collection, fields: Readonly<Record<string, unknown>>): StoredRow {
  const entries = [...collection.fields.values()].map((field) => {
    const value = fields[field.name] ?? null
    return [field.name, value === null ? null : storedValue(field, value)] as const
  })
  return Object.fromEntries(entries)
}
