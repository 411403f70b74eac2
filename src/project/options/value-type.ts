import type { JsonValue } from "../../schema/schema.ts"

/** What the reading of a value came to: the value, or what is wrong with it, as the end of a sentence. */
export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  /** `must` completes "server.port must …"; `code` is that of the problem. It never repeats the value. */
  | { readonly ok: false; readonly code: "WRONG_TYPE" | "OUT_OF_RANGE" | "INVALID_VALUE"; readonly must: string }

/**
 * Where a value was written. In `yaml` a number is a number; environment variables, flags and `${NAME}` carry only
 * `text`, so there "8090" is a number too.
 */
export type WrittenIn = "yaml" | "text"

/** The unit that ends the name of a property: `request_timeout` is `requestTimeoutMs`. */
export type UnitSuffix = "" | "Ms" | "Bytes"

/** A kind of value that an option may have. */
export interface ValueType<Value, Suffix extends UnitSuffix = "", Written = Value> {
  /** One word for tables: "int", "duration". */
  readonly name: string
  readonly suffix: Suffix
  readonly parse: (written: unknown, from: WrittenIn) => Parsed<Value>
  /** Writes a value as one would in alyx.yaml. */
  readonly toText: (value: Value) => string
  /** JSON Schema of the value as written in YAML. */
  readonly jsonSchema: Readonly<Record<string, JsonValue>>
  /** The bounds, for tables: "1 to 1000", "1s to 1h". */
  readonly range?: string
  /** For lists: the type of each item, so that a problem can point at the item. */
  readonly item?: ValueType<unknown, UnitSuffix, unknown>
  /** For paths: makes a value absolute. */
  readonly resolve?: (value: Value, root: string) => Value
  /** Only carries a type: how a default is written in a declaration. */
  readonly written?: Written
}

/** A value was read. */
export function parsed<Value>(value: Value): Parsed<Value> {
  return { ok: true, value }
}

/** A value is of another kind. */
export function wrongType(must: string): Parsed<never> {
  return { ok: false, code: "WRONG_TYPE", must }
}

/** A value is of the right kind, but too small or too large. */
export function outOfRange(must: string): Parsed<never> {
  return { ok: false, code: "OUT_OF_RANGE", must }
}

/** A value is of the right kind, but not one that means anything here. */
export function invalidValue(must: string): Parsed<never> {
  return { ok: false, code: "INVALID_VALUE", must }
}
