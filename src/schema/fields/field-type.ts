import type { JsonValue } from "../schema.ts"

/** A value as SQLite holds it; null is handled before a type is asked. */
export type StoredValue = string | number | bigint | null | Uint8Array

/** What one type of the language knows about its values. */
export interface FieldTypeRules {
  /** The type of the column in a STRICT table. */
  readonly sqlType: "TEXT" | "INTEGER" | "REAL" | "BLOB"
  /** What a value must be, for messages: "must be {expected}". */
  readonly expected: string
  /** The JSON Schema of the value in requests and answers, without the field's own constraints. */
  readonly jsonSchema: { readonly [keyword: string]: JsonValue }
  /** Turns a value of a request into the stored one, or returns undefined when it does not fit. On the hot path. */
  toStored(value: unknown): string | number | Uint8Array | undefined
  /** Says what is wrong with a value that toStored refused, as the end of a sentence after the field's name. */
  explain(value: unknown): string
  /** Turns a stored value (never null) into the one of answers. On the hot path. */
  fromStored(value: Exclude<StoredValue, null>): JsonValue
}
