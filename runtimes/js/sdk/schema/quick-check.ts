import { format as formats, ucs2length } from "@cfworker/json-schema"

import type { JsonSchema } from "../../../../src/functions/built-function.ts"
import { isRecord } from "./schema-kind.ts"

/** True for a value that fits. False says nothing: the validator decides then, and finds the words. */
export type QuickCheck = (value: unknown) => boolean

/**
 * A check of a JSON Schema, made once, of what most schemas are written with: the validator reads the schema anew for every
 * value, which takes ten times as long. Null for a schema with any other word.
 */
export function quickCheck(schema: JsonSchema): QuickCheck | null {
  if (typeof schema === "boolean") return schema ? () => true : null
  const checks: QuickCheck[] = []
  for (const [word, wanted] of Object.entries(schema)) {
    if (annotations.has(word)) continue
    const make = Object.hasOwn(makers, word) ? makers[word] : undefined
    const check = make?.(wanted, schema) ?? null
    if (check === null) return null
    checks.push(check)
  }
  return allOf(checks)
}

const annotations: ReadonlySet<string> = new Set(["$schema", "title", "description", "default", "examples"])

function allOf(checks: readonly QuickCheck[]): QuickCheck {
  const [first, second] = checks
  if (first === undefined) return () => true
  if (second === undefined) return first
  if (checks.length === 2) return (value) => first(value) && second(value)
  return (value) => {
    for (let index = 0; index < checks.length; index += 1) if (!checks[index]!(value)) return false
    return true
  }
}

type Maker = (wanted: unknown, schema: Readonly<Record<string, unknown>>) => QuickCheck | null

const makers: Readonly<Record<string, Maker>> = {
  type: (wanted) => (Array.isArray(wanted) ? anyType(wanted) : (types.get(wanted) ?? null)),
  enum: (wanted) => (Array.isArray(wanted) ? oneOf(wanted) : null),
  const: (wanted) => oneOf([wanted]),
  properties: (wanted) => (isRecord(wanted) ? members(wanted) : null),
  required: (wanted) => (Array.isArray(wanted) ? required(wanted as string[]) : null),
  additionalProperties: (wanted, { properties }) =>
    wanted === true ? () => true : wanted === false ? noOthers(properties) : null,
  items: (wanted) => (isRecord(wanted) ? items(quickCheck(wanted)) : null),
  minItems: numeric((least) => (value) => !Array.isArray(value) || value.length >= least),
  maxItems: numeric((most) => (value) => !Array.isArray(value) || value.length <= most),
  minLength: numeric((least) => (value) => typeof value !== "string" || ucs2length(value) >= least),
  maxLength: numeric(
    (most) => (value) => typeof value !== "string" || value.length <= most || ucs2length(value) <= most,
  ),
  minimum: numeric((least) => (value) => typeof value !== "number" || value >= least),
  maximum: numeric((most) => (value) => typeof value !== "number" || value <= most),
  exclusiveMinimum: numeric((bound) => (value) => typeof value !== "number" || value > bound),
  exclusiveMaximum: numeric((bound) => (value) => typeof value !== "number" || value < bound),
  pattern: (wanted) => (typeof wanted === "string" ? matching(wanted) : null),
  format: (wanted) => (typeof wanted === "string" && Object.hasOwn(formats, wanted) ? formatted(wanted) : null),
}

const types: ReadonlyMap<unknown, QuickCheck> = new Map<unknown, QuickCheck>([
  ["string", (value) => typeof value === "string"],
  ["number", (value) => typeof value === "number"],
  ["integer", (value) => Number.isInteger(value)],
  ["boolean", (value) => typeof value === "boolean"],
  ["null", (value) => value === null],
  ["array", (value) => Array.isArray(value)],
  ["object", isRecord],
])

function anyType(names: readonly unknown[]): QuickCheck | null {
  const checks = names.map((name) => types.get(name))
  return checks.includes(undefined) ? null : (value) => checks.some((check) => check!(value))
}

function oneOf(values: readonly unknown[]): QuickCheck | null {
  if (values.some((value) => typeof value === "object" && value !== null)) return null
  return (value) => values.includes(value)
}

function numeric(make: (bound: number) => QuickCheck): Maker {
  return (wanted) => (typeof wanted === "number" ? make(wanted) : null)
}

function members(properties: Readonly<Record<string, unknown>>): QuickCheck | null {
  const names = Object.keys(properties)
  const checks = names.map((name) => quickCheck(properties[name] as JsonSchema))
  if (checks.includes(null)) return null
  return (value) => {
    if (!isRecord(value)) return true
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index]!
      if (Object.hasOwn(value, name) && !checks[index]!(value[name])) return false
    }
    return true
  }
}

function required(names: readonly string[]): QuickCheck {
  return (value) => {
    if (!isRecord(value)) return true
    for (let index = 0; index < names.length; index += 1) if (!Object.hasOwn(value, names[index]!)) return false
    return true
  }
}

function noOthers(properties: unknown): QuickCheck {
  const known = new Set(isRecord(properties) ? Object.keys(properties) : [])
  return (value) => {
    if (!isRecord(value)) return true
    const names = Object.keys(value)
    for (let index = 0; index < names.length; index += 1) if (!known.has(names[index]!)) return false
    return true
  }
}

function items(check: QuickCheck | null): QuickCheck | null {
  if (check === null) return null
  return (value) => {
    if (!Array.isArray(value)) return true
    for (let index = 0; index < value.length; index += 1) if (!check(value[index])) return false
    return true
  }
}

function matching(source: string): QuickCheck | null {
  try {
    const pattern = new RegExp(source, "u")
    return (value) => typeof value !== "string" || pattern.test(value)
  } catch {
    return null
  }
}

function formatted(name: string): QuickCheck {
  const isOfFormat = formats[name]!
  return (value) => typeof value !== "string" || isOfFormat(value)
}
