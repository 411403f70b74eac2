import type { SourceLocation } from "../../lib/source-location.ts"
import type { Field, JsonValue } from "../schema.ts"

/** What rows get in a field: one value for all, or an SQL expression over the row. */
export type Fill =
  | { readonly kind: "value"; readonly value: JsonValue }
  | { readonly kind: "sql"; readonly expression: string }

/** The options of a field that `set_constraints` sets; null takes one away. */
export type ConstraintChanges = Partial<
  Pick<Field, "unique" | "minLength" | "maxLength" | "min" | "max" | "format" | "pattern" | "enum">
>

/** One step of a migration file. Names are those that hold when the step is reached. */
export type Operation =
  | { readonly type: "rename_field"; readonly collection: string; readonly from: string; readonly to: string }
  | { readonly type: "rename_collection"; readonly from: string; readonly to: string }
  | { readonly type: "drop_field"; readonly collection: string; readonly field: string }
  | { readonly type: "drop_collection"; readonly collection: string }
  /** A field that documents need a value for; `definition` is a field as schema.yaml writes it. */
  | {
      readonly type: "add_field"
      readonly collection: string
      readonly field: string
      readonly definition: JsonValue
      readonly fill: Fill | null
    }
  /** `using` makes the new value out of the row; without it the usual conversion is made. `downUsing` is its inverse. */
  | {
      readonly type: "change_type"
      readonly collection: string
      readonly field: string
      readonly to: Field["type"]
      readonly using: string | null
      readonly downUsing: string | null
      /** Only in inverses, never in files: the field exactly as it was, with what the change took away. */
      readonly definition?: JsonValue
    }
  /** `fill` replaces null when the field becomes required. */
  | {
      readonly type: "set_nullable"
      readonly collection: string
      readonly field: string
      readonly nullable: boolean
      readonly fill: Fill | null
    }
  /** `fill` replaces values that break the new constraints. */
  | {
      readonly type: "set_constraints"
      readonly collection: string
      readonly field: string
      readonly set: ConstraintChanges
      readonly fill: Fill | null
      /** Only in inverses, never in files: the field exactly as it was. */
      readonly definition?: JsonValue
    }
  /** Changes documents, never tables. `down` is null when it cannot be undone, "" when nothing has to be. */
  | { readonly type: "sql"; readonly up: string; readonly down: string | null }

/** An operation with its place in the file. */
export type PlacedOperation = Operation & { readonly at: SourceLocation | null }

/** A migration file that was understood. */
export interface Migration {
  /** NNN of NNN_name.yaml, and `version:` in it. */
  readonly number: number
  readonly name: string
  readonly description: string | null
  readonly operations: readonly PlacedOperation[]
  /** Of name and operations: comments, description and number may change after it was applied. */
  readonly checksum: string
  /** As shown: "migrations/002_rename_user_name.yaml". */
  readonly file: string
}
