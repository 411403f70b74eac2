import type { FieldOptionName } from "./field-options.ts"

/**
 * Whether a change may be applied to a database that holds documents: always; when the rows there fit; or only by a
 * migration that a person wrote.
 */
export type ChangeSafety = "safe" | "if-rows-fit" | "unsafe"

/** What must hold of the rows of the collection for a change that is safe "if-rows-fit". */
export type RowCondition =
  | { readonly kind: "no-rows" }
  | { readonly kind: "one-row-at-most" }
  /** No two rows agree in all these fields, which may be new ones; rows with a null among them agree with none. */
  | { readonly kind: "no-duplicates"; readonly fields: readonly string[] }

interface ChangeBase {
  readonly collection: string
  /** One line: "+ posts.view_count (int)". */
  readonly message: string
  readonly safety: ChangeSafety
  /** Set exactly when safety is "if-rows-fit". */
  readonly fits: RowCondition | null
  /** Why it is not simply safe, as a sentence; null when it is. */
  readonly reason: string | null
  /** What the person can do, as a sentence; null when it is safe. */
  readonly next: string | null
}

/** One difference between two schemas. */
export type SchemaChange = ChangeBase &
  (
    | { readonly kind: "add-collection" | "remove-collection" | "change-primary-key" | "change-read-in-memory" }
    | { readonly kind: "add-field" | "remove-field" | "change-type"; readonly field: string }
    | { readonly kind: "change-option"; readonly field: string; readonly option: FieldOptionName }
    | { readonly kind: "add-index" | "remove-index" | "change-index"; readonly index: string }
    /** `field` is null for the rules of the collection. */
    | { readonly kind: "change-rules"; readonly field: string | null }
  )

/** How safe a change is, with its reasons: the part of a change that the functions below make. */
export type ChangeJudgement = Pick<ChangeBase, "safety" | "fits" | "reason" | "next">

/** The judgement of a change that loses nothing and contradicts nothing. */
export const safeChange: ChangeJudgement = { safety: "safe", fits: null, reason: null, next: null }

/** The judgement of a change that depends on the rows. */
export function safeIf(fits: RowCondition, reason: string, next: string): ChangeJudgement {
  return { safety: "if-rows-fit", fits, reason, next }
}

/** The judgement of a change that only a migration may make. */
export function unsafeChange(reason: string, next: string): ChangeJudgement {
  return { safety: "unsafe", fits: null, reason, next }
}
