import type { SourceLocation } from "../lib/source-location.ts"
import type { YamlNode } from "../lib/yaml-tree.ts"
import type { FieldOptionName } from "./field-options.ts"
import type { Index, Rule, RuleOperation } from "./schema.ts"

/** An option as written: where its word stands and what it was given. */
export interface OptionDraft {
  readonly keyAt: SourceLocation
  readonly value: YamlNode
}

/** A field as written, its notation taken apart and its option names known to exist. */
export interface FieldDraft {
  readonly name: string
  readonly at: SourceLocation
  readonly options: ReadonlyMap<FieldOptionName, OptionDraft>
}

/** An index as written; its fields are checked once the fields of the collection are known. */
export interface IndexDraft extends Index {
  readonly at: SourceLocation
  readonly fieldPlaces: readonly SourceLocation[]
}

/** A collection as written, before its fields are understood. */
export interface CollectionDraft {
  readonly name: string
  readonly at: SourceLocation
  readonly fields: readonly FieldDraft[]
  readonly indexes: readonly IndexDraft[]
  readonly rules: { readonly [operation in RuleOperation]: Rule | null }
  /** What `timestamps:` says; null when it is left out. */
  readonly timestamps: boolean | null
  readonly readInMemory: boolean
}
