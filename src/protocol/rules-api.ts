/** POST /api/admin/rules/explain. */
export interface ExplainAccessRequest {
  readonly operation: "create" | "read" | "update" | "delete"
  readonly collection: string
  /** The document; needed for update and delete. A read without it is a list. */
  readonly id?: string
  /** `anonymous`, the id or address of an account, or `key:` and the id or name of an API key. */
  readonly as: string
  /** The body of the write. */
  readonly data?: unknown
  /** Only this field's rule is explained besides those of the collection. */
  readonly field?: string
}

/** One part of a rule with what it came to. */
export interface ExplainedPart {
  readonly text: string
  /** As CEL writes it; absent when the part was not reached. */
  readonly value?: string
  readonly error?: string
  readonly parts: readonly ExplainedPart[]
}

/** One rule that was asked. */
export interface ExplainedStep {
  readonly operation: "create" | "read" | "update" | "delete"
  /** In an update whose rule does not mention `new`: the stored document, or the one after it. Null where there is one state. */
  readonly state: "before" | "after" | null
  readonly holds: boolean
  /** Null where the collection has no such rule: then nobody but admins passes. */
  readonly rule: ExplainedPart | null
}

/** The rule of one field. */
export interface ExplainedField {
  readonly field: string
  readonly use: "read" | "write"
  readonly holds: boolean
  /** Whether it matters: in a write, whether the body names the field. */
  readonly applies: boolean
  readonly rule: ExplainedPart
}

/** What lists hold for a caller by the rules alone: everything, nothing, or the rows of a condition. */
export type ExplainedList = "all" | "none" | "in memory" | { readonly sql: string; readonly values: readonly unknown[] }

export interface ExplainAccessResponse {
  readonly collection: string
  readonly operation: ExplainAccessRequest["operation"]
  readonly id: string | null
  readonly caller: {
    readonly id: string | null
    readonly email: string | null
    readonly role: string | null
    readonly verified: boolean
    /** Admins pass every rule. */
    readonly isAdmin: boolean
  }
  /** False as well for a list that can hold nothing, although it is answered. */
  readonly allowed: boolean
  /** What a request would be answered, as far as rules decide; `code` is null where they allow it. */
  readonly answer: { readonly status: number; readonly code: string | null; readonly message: string | null }
  readonly steps: readonly ExplainedStep[]
  readonly fields: readonly ExplainedField[]
  /** For a read without an id. */
  readonly list: ExplainedList | null
  /** The collection's read rule as it is written; null where there is none. */
  readonly readRule: string | null
}
