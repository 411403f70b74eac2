import type { JsonSchema } from "../../../../src/functions/built-function.ts"
import { jsonSchemaChecker } from "./json-schema-checker.ts"
import { isJsonSchema, isRecord } from "./schema-kind.ts"
import { shortFormSchema } from "./short-form.ts"
import { isStandardSchema, standardSchemaChecker } from "./standard-schema.ts"

/** One thing that is wrong with a value; the path is empty for the value as a whole. */
export interface ValueProblem {
  readonly path: readonly (string | number)[]
  readonly code: string
  /** A sentence without its subject: `must be a string`. */
  readonly message: string
}

/** The value as the function gets it (defaults filled in, texts of a query converted), or everything that is wrong with it. */
export type CheckedValue =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly ValueProblem[] }

/** How a value is given: as JSON, or as the texts of a query, which become numbers and booleans where the schema has them. */
export type ValueForm = "json" | "query"

/** What `input` or `output` says of a value. */
export interface ValueSchema {
  /** Null for a Standard Schema that cannot say it. */
  readonly jsonSchema: JsonSchema | null
  /** Whether checking a value may change it in place, as the code of a library may. */
  readonly mayChange: boolean
  check(value: unknown, form: ValueForm): CheckedValue | Promise<CheckedValue>
}

/** Reads `input` or `output` of a function: planning.md's short form, JSON Schema, or a Standard Schema value. */
export function readValueSchema(word: "input" | "output", written: unknown): ValueSchema | null {
  if (written === undefined || written === null) return null
  if (isStandardSchema(written)) return standardSchemaChecker(written, word)
  if (isJsonSchema(written)) return jsonSchemaChecker(written)
  if (isRecord(written)) return jsonSchemaChecker(shortFormSchema(word, written))
  throw new TypeError(
    `"${word}" of defineFunction must describe a value: { title: { type: "string" } }, a JSON Schema, or a schema of zod, ` +
      `valibot or another library with "~standard". It is ${Array.isArray(written) ? "a list" : typeof written}.`,
  )
}
