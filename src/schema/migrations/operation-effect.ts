import type { FieldType, Schema } from "../schema.ts"
import type { Fill, Operation } from "./migration.ts"

/** Where the value of a field comes from when the rows of its table move. */
export type FieldSource =
  | { readonly kind: "column"; readonly name: string }
  /** Without `using` the usual conversion between the two types. */
  | {
      readonly kind: "convert"
      readonly name: string
      readonly from: FieldType
      readonly to: FieldType
      readonly using: string | null
    }
  /** A field that was not there. Without a fill it takes its default, or null. */
  | { readonly kind: "new"; readonly fill: Fill | null }
  /** The values stay, except those that are null, or break the field's constraints: they take the fill. */
  | { readonly kind: "filled"; readonly name: string; readonly when: "null" | "breaks"; readonly fill: Fill | null }

/** What an operation asks of one table. A table whose definition changes only because another one was renamed has one too. */
export interface TableEffect {
  /** The collection's name before and after. */
  readonly from: string
  readonly to: string
  /** By the field's name after; every field of the collection after has one. */
  readonly sources: ReadonlyMap<string, FieldSource>
}

/** What one operation does to a schema and to the rows behind it. */
export interface OperationEffect {
  readonly schema: Schema
  /** As shown: "posts.title → posts.headline". */
  readonly line: string
  /** Tables whose definition or rows change, in the order in which they are changed. */
  readonly tables: readonly TableEffect[]
  /** Collections that go, with their documents. */
  readonly dropped: readonly string[]
  /** SQL to run instead, for `sql` operations. */
  readonly sql: string | null
  /** What it is about, for the blast radius; null for `sql`. */
  readonly touches: { readonly collection: string; readonly field: string | null } | null
  /** True when values or documents are lost. */
  readonly isLossy: boolean
  /** What undoes it, to be run in this order; or why it cannot be undone. */
  readonly inverse:
    | { readonly kind: "operations"; readonly operations: readonly Operation[] }
    | { readonly kind: "none"; readonly reason: string }
}
