import { didYouMean } from "../alyx-error.ts"
import { pathText } from "../plain-value.ts"
import { isRecord } from "./schema-kind.ts"
import { eachOrMistakes, SchemaMistakes } from "./schema-mistakes.ts"

type Schema = Record<string, unknown>

/** What a type of the short form is in JSON Schema, and the options that it takes besides those of every type. */
interface ShortType {
  readonly schema: Schema
  readonly options: readonly string[]
}

const text = ["minLength", "maxLength", "pattern", "format"]
const number = ["min", "max"]
const list = ["items", "minItems", "maxItems"]

const string: ShortType = { schema: { type: "string" }, options: text }
const int: ShortType = {
  schema: { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  options: number,
}
const float: ShortType = { schema: { type: "number" }, options: number }
const bool: ShortType = { schema: { type: "boolean" }, options: [] }
const anything: ShortType = { schema: {}, options: [] }
const webAddress: Schema = { type: "string", format: "uri", pattern: "^[hH][tT][tT][pP][sS]?://" }

const types = {
  string,
  text: string,
  int,
  integer: int,
  float,
  number: float,
  bool,
  boolean: bool,
  uuid: { schema: { type: "string", format: "uuid" }, options: [] },
  timestamp: { schema: { type: "string", format: "date-time" }, options: [] },
  date: { schema: { type: "string", format: "date" }, options: [] },
  email: { schema: { type: "string", format: "email" }, options: ["maxLength"] },
  url: { schema: webAddress, options: ["maxLength"] },
  enum: { schema: {}, options: ["values"] },
  array: { schema: { type: "array" }, options: list },
  object: { schema: { type: "object" }, options: ["properties", "fields"] },
  json: anything,
  any: anything,
} as const satisfies Record<string, ShortType>

/** Of every type. */
const sharedOptions = ["type", "required", "optional", "nullable", "default", "enum", "description"]

const formats: Readonly<Record<string, Schema>> = {
  email: { format: "email" },
  url: { format: "uri", pattern: webAddress["pattern"] },
  uuid: { format: "uuid" },
}

/**
 * The JSON Schema of the short form: `{ title: { type: "string", maxLength: 200 }, tags: { type: "array", items: "string",
 * optional: true } }`. Fields are required unless they are optional or have a default; no others are allowed.
 */
export function shortFormSchema(word: string, fields: Readonly<Record<string, unknown>>): Schema {
  return objectSchema([word], fields)
}

function objectSchema(path: readonly string[], fields: Readonly<Record<string, unknown>>): Schema {
  const names = Object.keys(fields)
  const required: string[] = []
  const properties = eachOrMistakes(names, (name) => {
    const field = [...path, name]
    const schema = fieldSchema(field, fields[name])
    if (isRequired(field, fields[name])) required.push(name)
    return [name, schema] as const
  })
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  }
}

function isRequired(path: readonly string[], field: unknown): boolean {
  if (!isRecord(field)) return true
  const { required, optional } = field
  for (const [name, value] of Object.entries({ required, optional })) {
    if (value !== undefined && typeof value !== "boolean") wrong([...path, name], "must be true or false")
  }
  if (required === true && optional === true) wrong(path, "is both required and optional; one of the two has to go")
  return optional !== true && required !== false && field["default"] === undefined
}

/** A field may be its type alone: `items: "string"`. */
function fieldSchema(path: readonly string[], written: unknown): Schema {
  const field = typeof written === "string" ? { type: written } : written
  if (!isRecord(field)) wrong(path, `must be a description such as { type: "string" }, not ${shown(written)}`)
  const type = typeOf(path, field)
  checkOptions(path, field, types[type])
  const schema: Schema = { ...types[type].schema, ...keywordsOf(path, field), ...partsOf(path, field, type) }
  if (typeof field["description"] === "string") schema["description"] = field["description"]
  if (field["default"] !== undefined) schema["default"] = field["default"]
  return withEnum(path, field, field["nullable"] === true ? nullable(schema) : schema)
}

function typeOf(path: readonly string[], field: Readonly<Record<string, unknown>>): keyof typeof types {
  const { type } = field
  if (type === undefined && Array.isArray(field["enum"])) return "enum"
  if (typeof type === "string" && Object.hasOwn(types, type)) return type as keyof typeof types
  const words = Object.keys(types)
  if (type === undefined) wrong(path, `has no type. Types: ${words.join(", ")}`)
  wrong(
    path,
    `has the type ${shown(type)}, which there is not.${didYouMean(shown(type), words)} Types: ${words.join(", ")}`,
  )
}

function checkOptions(path: readonly string[], field: Readonly<Record<string, unknown>>, { options }: ShortType): void {
  const known = [...sharedOptions, ...options]
  for (const name of Object.keys(field)) {
    if (known.includes(name)) continue
    wrong(
      path,
      `has "${name}", which is no option of ${shown(field["type"])}.${didYouMean(name, known)} Options: ${known.join(", ")}`,
    )
  }
}

const keywords: Readonly<Record<string, string>> = {
  minLength: "minLength",
  maxLength: "maxLength",
  min: "minimum",
  max: "maximum",
  minItems: "minItems",
  maxItems: "maxItems",
}

function keywordsOf(path: readonly string[], field: Readonly<Record<string, unknown>>): Schema {
  const schema: Schema = {}
  for (const [name, keyword] of Object.entries(keywords)) {
    const value = field[name]
    if (value === undefined) continue
    const isCount = name !== "min" && name !== "max"
    if (typeof value !== "number" || !Number.isFinite(value) || (isCount && (!Number.isInteger(value) || value < 0)))
      wrong([...path, name], `must be a ${isCount ? "whole number from 0" : "number"}, not ${shown(value)}`)
    schema[keyword] = value
  }
  if (field["pattern"] !== undefined) schema["pattern"] = patternOf([...path, "pattern"], field["pattern"])
  return { ...schema, ...(field["format"] !== undefined && formatOf([...path, "format"], field["format"])) }
}

function patternOf(path: readonly string[], written: unknown): string {
  const pattern = written instanceof RegExp ? written.source : written
  if (typeof pattern !== "string") wrong(path, "must be a regular expression")
  try {
    RegExp(pattern, "u")
  } catch (error) {
    wrong(path, `is no regular expression: ${(error as Error).message}`)
  }
  return pattern
}

function formatOf(path: readonly string[], written: unknown): Schema {
  const format = typeof written === "string" ? formats[written] : undefined
  return format ?? wrong(path, `is ${shown(written)}. Formats: ${Object.keys(formats).join(", ")}`)
}

/** What is inside a list or an object. */
function partsOf(path: readonly string[], field: Readonly<Record<string, unknown>>, type: string): Schema {
  if (type === "array" && field["items"] !== undefined)
    return { items: fieldSchema([...path, "items"], field["items"]) }
  const fields = field["properties"] ?? field["fields"]
  if (type !== "object" || fields === undefined) return {}
  if (!isRecord(fields)) wrong([...path, "properties"], `must hold fields, not ${shown(fields)}`)
  return objectSchema(path, fields)
}

function nullable(schema: Schema): Schema {
  return schema["type"] === undefined ? schema : { ...schema, type: [schema["type"], "null"] }
}

function withEnum(path: readonly string[], field: Readonly<Record<string, unknown>>, schema: Schema): Schema {
  const values = field["enum"] ?? field["values"]
  if (values === undefined && field["type"] !== "enum") return schema
  if (!Array.isArray(values) || values.length === 0)
    wrong([...path, "enum"], "must be a list of the values that are allowed")
  return { ...schema, enum: field["nullable"] === true ? [...(values as unknown[]), null] : values }
}

function wrong(path: readonly string[], predicate: string): never {
  throw new SchemaMistakes([`${pathText(path)} ${predicate}.`])
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value)
}
