import type { SourceLocation } from "../lib/source-location.ts"

/** The types a field may have, as written in schema.yaml. */
export const fieldTypes = ["uuid", "string", "text", "int", "float", "bool", "timestamp", "json", "blob"] as const

export type FieldType = (typeof fieldTypes)[number]

export const onDeleteActions = ["cascade", "set null", "restrict"] as const

/** What happens to a document when the one it references is deleted. */
export type OnDelete = (typeof onDeleteActions)[number]

/** A value that a field takes when a create leaves it out. */
export type FieldDefault =
  | { readonly kind: "literal"; readonly value: JsonValue }
  /** A new UUIDv7 for uuid and string, the next number for an int primary key. */
  | { readonly kind: "auto" }
  /** The time of the write, for timestamps. */
  | { readonly kind: "now" }

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** A pointer to one field (the primary key, or a unique field) of a collection. */
export interface Reference {
  readonly collection: string
  readonly field: string
  readonly onDelete: OnDelete
}

/** Formats that the API holds a string to. */
export const stringFormats = ["email", "url", "uuid"] as const

export type StringFormat = (typeof stringFormats)[number]

/** A rule in CEL as written (`true` and `false` in YAML become "true" and "false"). */
export interface Rule {
  readonly expression: string
  readonly at: SourceLocation | null
}

/** One field of a collection, with everything that may be left out filled in. */
export interface Field {
  readonly name: string
  readonly type: FieldType
  readonly primary: boolean
  readonly unique: boolean
  readonly nullable: boolean
  readonly index: boolean
  readonly default: FieldDefault | null
  /** True for `onUpdate: now`: every update sets the field to the time of the write. */
  readonly updatedToNow: boolean
  readonly references: Reference | null
  /** Never in an answer, never in a filter. */
  readonly internal: boolean
  readonly minLength: number | null
  readonly maxLength: number | null
  readonly min: number | null
  readonly max: number | null
  readonly format: StringFormat | null
  /** A regular expression (what RE2 can do of ECMAScript with the `u` flag) that the whole API holds the value to. */
  readonly pattern: string | null
  readonly enum: readonly (string | number)[] | null
  /** For json: the JSON Schema of its value (`items: string` becomes an array of strings). */
  readonly jsonSchema: JsonValue | null
  readonly rules: { readonly read: Rule | null; readonly write: Rule | null }
  readonly at: SourceLocation | null
}

/** An index over one or several fields. */
export interface Index {
  /** As in schema.yaml; `idx_<collection>_<fields>` when left out. */
  readonly name: string
  readonly fields: readonly { readonly name: string; readonly order: "asc" | "desc" }[]
  readonly unique: boolean
  readonly at: SourceLocation | null
}

export const ruleOperations = ["create", "read", "update", "delete"] as const

export type RuleOperation = (typeof ruleOperations)[number]

/** A named set of documents with one shape: a table. */
export interface Collection {
  readonly name: string
  /** In the order of the file; a generated `id` comes first, generated timestamps last. */
  readonly fields: ReadonlyMap<string, Field>
  readonly primaryKey: Field
  /** Those declared under `indexes:`; a field's own `index: true` and `unique: true` are on the field. */
  readonly indexes: readonly Index[]
  readonly rules: { readonly [operation in RuleOperation]: Rule | null }
  /** True when a read rule that does not become SQL may be evaluated row by row, over a bounded number of rows. */
  readonly readInMemory: boolean
  readonly at: SourceLocation | null
}

/**
 * A relation that `expand` follows. Forward: a field of this collection that references another one; its name is the
 * field's without `_id`. Back: documents of another collection that reference this one; its name is that collection's,
 * or `comments(author_id)` when two of its fields point here.
 */
export interface Relation {
  readonly kind: "forward" | "back"
  readonly name: string
  /** Other words that mean the same in `expand`, such as the full field name. */
  readonly aliases: readonly string[]
  /** The collection that the relation leads to. */
  readonly collection: string
  /** The field of this collection that is compared. */
  readonly localField: string
  /** The field of the other collection that is compared. */
  readonly foreignField: string
}

/** The whole data model: a frozen value. Made by parseSchema, or from JSON by schemaFromJson. */
export interface Schema {
  readonly collections: ReadonlyMap<string, Collection>
  /** By collection name; forward ones first, in the order of the fields. */
  readonly relations: ReadonlyMap<string, readonly Relation[]>
  /** A hash of everything but positions and rules' white space: equal for equal meaning. */
  readonly hash: string
}
