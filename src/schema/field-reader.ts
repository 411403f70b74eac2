import type { StoredValue } from "./fields/field-type.ts"
import { fieldTypeRules } from "./fields/field-types.ts"
import { compileJsonSchemaJudge } from "./json-schema-judge.ts"
import { countedKeyMax, patternWorkMax } from "./limits.ts"
import { compileLinearPattern } from "./linear-pattern.ts"
import type { Field, JsonValue } from "./schema.ts"
import { stringFormatRules } from "./string-formats.ts"

/** What may be wrong with a value. */
export type FieldFaultCode =
  | "NOT_NULLABLE"
  | "WRONG_TYPE"
  | "TOO_SHORT"
  | "TOO_LONG"
  | "TOO_SMALL"
  | "TOO_LARGE"
  | "INVALID_FORMAT"
  | "PATTERN_MISMATCH"
  | "NOT_IN_ENUM"
  | "JSON_SCHEMA_MISMATCH"

/** One thing that is wrong with a value; the message continues a sentence that begins with the field's name. */
export interface FieldFault {
  readonly code: FieldFaultCode
  readonly message: string
}

/** Turns the value of a request into the stored one, or lists everything that is wrong with it. */
export type FieldReader = (value: unknown) => StoredValue | readonly FieldFault[]

type Check = (value: unknown) => FieldFault | readonly FieldFault[] | undefined

/** Compiles what a field demands of its values. The reader is on the hot path: what fits allocates nothing here. */
export function compileFieldReader(field: Field): FieldReader {
  const rules = fieldTypeRules[field.type]
  const checks = fieldChecks(field)
  return (value) => {
    if (value === null) return field.nullable ? null : notNullable
    const stored = rules.toStored(value)
    if (stored === undefined) return [{ code: "WRONG_TYPE", message: rules.explain(value) }]
    for (const check of checks) {
      if (check(value) !== undefined) return checks.flatMap((each) => each(value) ?? [])
    }
    return stored
  }
}

const notNullable: readonly FieldFault[] = [{ code: "NOT_NULLABLE", message: "must not be null" }]

function fieldChecks(field: Field): Check[] {
  const checks: Check[] = []
  if (field.enum !== null) checks.push(enumCheck(field.enum))
  if (field.minLength !== null) checks.push(minLengthCheck(field.minLength))
  if (field.maxLength !== null) checks.push(maxLengthCheck(field.maxLength))
  if (field.min !== null) checks.push(minCheck(field.min))
  if (field.max !== null) checks.push(maxCheck(field.max))
  if (field.primary && field.type === "int" && field.default?.kind === "auto") checks.push(countedKeyCheck)
  if (field.format !== null) {
    const { expected, test } = stringFormatRules[field.format]
    const fault: FieldFault = { code: "INVALID_FORMAT", message: `must be ${expected}` }
    checks.push((value) => (test(value as string) ? undefined : fault))
  }
  if (field.pattern !== null) checks.push(patternCheck(field.pattern))
  if (field.jsonSchema !== null) checks.push(jsonSchemaCheck(field.jsonSchema))
  return checks
}

function enumCheck(values: readonly (string | number)[]): Check {
  const allowed = new Set<unknown>(values)
  const fault: FieldFault = { code: "NOT_IN_ENUM", message: `must be ${oneOf(values)}` }
  return (value) => (allowed.has(value) ? undefined : fault)
}

/** How many values of an enum a message repeats. */
const shownValueCountMax = 20

function oneOf(values: readonly (string | number)[]): string {
  const shown = values.slice(0, shownValueCountMax).map((value) => JSON.stringify(value))
  const rest = values.length > shown.length ? ` or one of ${values.length - shown.length} others` : ""
  return values.length === 1 ? shown[0]! : `one of ${shown.join(", ")}${rest}`
}

function minLengthCheck(minLength: number): Check {
  const fault: FieldFault = { code: "TOO_SHORT", message: `must have at least ${characters(minLength)}` }
  return (value) => (codePointCount(value as string, minLength) >= minLength ? undefined : fault)
}

function maxLengthCheck(maxLength: number): Check {
  const fault: FieldFault = { code: "TOO_LONG", message: `must have at most ${characters(maxLength)}` }
  return (value) => {
    const text = value as string
    // There are never more code points than UTF-16 units.
    return text.length <= maxLength || codePointCount(text, maxLength) <= maxLength ? undefined : fault
  }
}

function characters(count: number): string {
  return count === 1 ? "1 character" : `${count} characters`
}

/** Counts code points as far as needed to compare with a bound: a text much longer than the bound is not walked. */
function codePointCount(text: string, bound: number): number {
  if (text.length > 2 * bound) return text.length
  let count = text.length
  // A high surrogate is followed by its low one: the text is well-formed.
  for (let index = 0; index < text.length; index += 1) {
    if ((text.charCodeAt(index) & 0xfc_00) === 0xd8_00) count -= 1
  }
  return count
}

function minCheck(min: number): Check {
  const fault: FieldFault = { code: "TOO_SMALL", message: `must be at least ${min}` }
  return (value) => ((value as number) >= min ? undefined : fault)
}

function maxCheck(max: number): Check {
  const fault: FieldFault = { code: "TOO_LARGE", message: `must be at most ${max}` }
  return (value) => ((value as number) <= max ? undefined : fault)
}

function countedKeyCheck(value: unknown): FieldFault | undefined {
  if ((value as number) <= countedKeyMax) return undefined
  const message = `must be at most ${countedKeyMax}: the numbers above are for documents that come without one`
  return { code: "TOO_LARGE", message }
}

/** The work of a pattern is bounded by the length of the text; a maxLength of the field's own is mostly far below. */
function patternCheck(pattern: string): Check {
  const compiled = compileLinearPattern(pattern)
  const triedLengthMax = Math.floor(patternWorkMax / compiled.size)
  const tooLong: FieldFault = {
    code: "TOO_LONG",
    message: `must have at most ${characters(triedLengthMax)}, as far as its pattern is tried`,
  }
  const fault: FieldFault = { code: "PATTERN_MISMATCH", message: `must match ${pattern}` }
  return (value) => {
    const text = value as string
    if (text.length > triedLengthMax) return tooLong
    return compiled.test(text) ? undefined : fault
  }
}

function jsonSchemaCheck(schema: JsonValue): Check {
  const judge = compileJsonSchemaJudge(schema)
  return (value) => {
    const faults = judge(value)
    return faults.length === 0 ? undefined : faults.map((message) => ({ code: "JSON_SCHEMA_MISMATCH", message }))
  }
}
