import type { JsonSchema } from "../../../../src/functions/built-function.ts"
import type { CheckedValue, ValueProblem, ValueSchema } from "./value-schema.ts"

/** The part of Standard Schema (and of Standard JSON Schema) that is used: https://standardschema.dev */
interface StandardSchema {
  readonly "~standard": {
    readonly validate: (value: unknown) => StandardResult | Promise<StandardResult>
    readonly jsonSchema?: { readonly [direction in "input" | "output"]?: (options: { target: string }) => unknown }
  }
}

interface StandardResult {
  readonly value?: unknown
  readonly issues?: readonly StandardIssue[] | undefined
}

interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
  /** Not of the standard; zod has one. */
  readonly code?: unknown
}

/** True for values of zod, valibot, arktype and other libraries of the standard; arktype's are functions. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false
  const standard = (value as Partial<StandardSchema>)["~standard"]
  return typeof standard === "object" && standard !== null && typeof standard.validate === "function"
}

/** A ValueSchema of a Standard Schema, which checks by the library's own code. */
export function standardSchemaChecker(schema: StandardSchema, word: "input" | "output"): ValueSchema {
  const standard = schema["~standard"]
  return {
    jsonSchema: jsonSchemaOf(standard, word),
    mayChange: true,
    check(value) {
      const result = standard.validate(value)
      return result instanceof Promise ? result.then(checkedOf) : checkedOf(result)
    },
  }
}

/** An input is described as its caller writes it, an output as it leaves. */
function jsonSchemaOf(standard: StandardSchema["~standard"], word: "input" | "output"): JsonSchema | null {
  try {
    const described = standard.jsonSchema?.[word]?.({ target: "draft-2020-12" })
    return typeof described === "object" && described !== null
      ? (JSON.parse(JSON.stringify(described)) as JsonSchema)
      : null
  } catch {
    // The library says so of what JSON Schema cannot express, such as a transformation.
    return null
  }
}

function checkedOf({ value, issues }: StandardResult): CheckedValue {
  return issues === undefined ? { ok: true, value } : { ok: false, problems: issues.map(problemOf) }
}

function problemOf({ message, path = [], code }: StandardIssue): ValueProblem {
  return {
    path: path.map((part) => keyOf(typeof part === "object" ? part.key : part)),
    code: typeof code === "string" ? code.toUpperCase() : "INVALID",
    message,
  }
}

function keyOf(key: PropertyKey): string | number {
  return typeof key === "number" ? key : String(key)
}
