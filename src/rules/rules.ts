import type { StoredValue } from "../schema/fields/field-type.ts"
import type { JsonValue, Rule, RuleOperation } from "../schema/schema.ts"

/**
 * The vocabulary of this folder. A rule is compiled once a schema (compile-rules.ts: rulesOf, checkRules), and then
 * evaluated over stored rows, explained, or narrowed to a condition in SQL. Nothing here does I/O.
 */

/** `auth` in a rule. One frozen object serves all requests of a session while nothing about it changes. */
export interface RuleAuth {
  /** The account's id, `key:<id>` for an API key, null for an anonymous caller. */
  readonly id: string | null
  readonly email: string | null
  readonly role: string | null
  readonly verified: boolean
  readonly metadata: { readonly [key: string]: JsonValue }
}

/** `request` in a rule. Members may be getters: a rule that does not mention one never reads it. */
export interface RuleRequest {
  readonly method: string
  readonly ip: string
  /** ISO 8601 with milliseconds, in UTC; CEL sees a timestamp. */
  readonly time: string
  /** The parsed body; null where there is none. In a batch: `data` of the operation. */
  readonly body: unknown
  /** By lower-case name. Never `authorization` and `cookie`. */
  readonly headers: Readonly<Record<string, string>>
}

/** Who asks, and how. */
export interface RuleContext {
  readonly auth: RuleAuth
  readonly request: RuleRequest
}

/** A document in stored form, as SQLite gives it: bool as 0 and 1, json as text, timestamp as ISO text. */
export type StoredRow = Readonly<Record<string, StoredValue | undefined>>

/** The documents that a rule may mention. */
export interface RuleDocuments {
  /** On create the document as it would be written; otherwise the stored one. Null where there is none (field rules of `auth` alone). */
  readonly doc: StoredRow
  /** On update: the document after it. */
  readonly new?: StoredRow
}

/** What a rule mentions, each path once: `role`, `metadata.plan`; a whole object is the empty path. */
export interface RuleMentions {
  readonly auth: readonly string[]
  readonly request: readonly string[]
  /** Fields of `doc` (and `old`, which is the same). */
  readonly doc: readonly string[]
  /** Fields of `new`. */
  readonly new: readonly string[]
}

/** Counts the steps of several evaluations together, for those who bound what one request may take. */
export interface RuleWork {
  spent: number
}

/** A rule that was checked and compiled. */
export interface CompiledRule {
  readonly rule: Rule
  readonly mentions: RuleMentions
  /** The value when it mentions nothing, such as `true`; null when it has to be evaluated. */
  readonly constant: boolean | null
  /** Whether the rule lets it pass. An error, or anything but true, is a refusal. */
  holds(context: RuleContext, documents: RuleDocuments, work?: RuleWork): boolean
  /** The rule as a tree with the value of every part. */
  explain(context: RuleContext, documents: RuleDocuments): ExplainedRule
}

/** A rule that decides what may be read: it also becomes a condition of queries. */
export interface CompiledReadRule extends CompiledRule {
  /** False when it does not become SQL; the collection then says `read_in_memory: true`. */
  readonly isSql: boolean
  /** The rule with everything filled in that is known before a row is. Only where `isSql`. */
  narrow(context: RuleContext): Narrowed
}

/** What remains of a read rule for one caller. */
export type Narrowed = "all" | "none" | RowCondition

/** A field and a value that it must equal, in stored form. */
export interface RowEquality {
  readonly field: string
  readonly value: StoredValue
}

/** A condition on rows. Conditions of equal shape have equal SQL and differ only in their values. */
export interface RowCondition {
  readonly shape: string
  /** Bound in the order of the placeholders. */
  readonly values: readonly StoredValue[]
  /** A search condition over the columns of the alias, with a `?` for each value. NULL counts as false. */
  readonly sql: (alias: string) => string
  /** Fields that must equal a value wherever the condition holds: the indexable part of its conjunction. */
  readonly equalities: readonly RowEquality[]
  /**
   * Equalities of which one holds wherever the condition does, so that a document with none of them is not meant: every
   * branch of an `||` has one. Null where there are none like that.
   */
  readonly alternatives?: readonly RowEquality[] | null
  /** The fields that it looks at. */
  readonly fields: readonly string[]
}

/** The rules of one collection. Null where none is written: nobody but admins passes. */
export interface CollectionRules {
  readonly read: CompiledReadRule | null
  readonly create: CompiledRule | null
  readonly update: CompiledRule | null
  readonly delete: CompiledRule | null
  /** Only fields that have a rule. */
  readonly fields: ReadonlyMap<string, FieldRules>
}

/** The rules of one field. Null where none is written: what the collection's rules allow is allowed. */
export interface FieldRules {
  readonly read: CompiledReadRule | null
  readonly write: CompiledRule | null
}

/** One part of a rule with what it came to. */
export interface ExplainedRule {
  /** The text of the part. */
  readonly text: string
  /** What it came to, as CEL writes it (`"draft"`, `null`, `timestamp("…")`); absent when it was not reached. */
  readonly value?: string
  /** The sentence of the error that it ended with. */
  readonly error?: string
  readonly parts: readonly ExplainedRule[]
}

/** Where a rule stands. */
export interface RulePlace {
  readonly collection: string
  /** `call` where there is no document: `access` of a function. */
  readonly operation: RuleOperation | "write" | "call"
  /** Null for a rule of the collection. */
  readonly field: string | null
}

/** The `auth` of a caller without a token. */
export const anonymousAuth: RuleAuth = Object.freeze({
  id: null,
  email: null,
  role: null,
  verified: false,
  metadata: Object.freeze({}),
})
