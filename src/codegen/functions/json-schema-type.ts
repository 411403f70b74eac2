import { isJsonObject } from "../../lib/json-object.ts"
import type { JsonValue } from "../../schema/schema.ts"

/** Deeper values are `unknown`: nobody reads such a type. */
const depthMax = 12

/** Enums of more values are their plain type. */
const literalCountMax = 100

/** Writes a JSON Schema as a TypeScript type; what the type cannot say is left to the check at run time. */
export function jsonSchemaType(schema: JsonValue | undefined, depth = 0): string {
  if (depth > depthMax || schema === undefined || schema === true || !isJsonObject(schema)) {
    return schema === false ? "never" : "unknown"
  }
  const { const: constant, enum: values, anyOf, oneOf, allOf, type } = schema
  if (constant !== undefined) return literalType(constant)
  if (Array.isArray(values)) return unionOf((values as JsonValue[]).map(literalType))
  const alternatives = (anyOf ?? oneOf) as JsonValue
  if (Array.isArray(alternatives)) return unionOf(alternatives.map((each) => jsonSchemaType(each, depth + 1)))
  if (Array.isArray(allOf)) {
    const parts = (allOf as JsonValue[])
      .map((each) => jsonSchemaType(each, depth + 1))
      .filter((part) => part !== "unknown")
    return parts.length === 0 ? "unknown" : parts.map(grouped).join(" & ")
  }
  const words: readonly unknown[] = Array.isArray(type) ? type : [type]
  return unionOf(words.map((word) => typeOfWord(word, schema as SchemaObject, depth)))
}

type SchemaObject = { readonly [keyword: string]: JsonValue | undefined }

function typeOfWord(type: unknown, schema: SchemaObject, depth: number): string {
  switch (type) {
    case "string":
    case "boolean":
    case "null":
      return type
    case "integer":
    case "number":
      return "number"
    case "array":
      return `${grouped(jsonSchemaType(schema["items"], depth + 1))}[]`
    case "object":
      return objectType(schema, depth)
    default:
      return schema["properties"] === undefined ? "unknown" : objectType(schema, depth)
  }
}

function objectType(schema: SchemaObject, depth: number): string {
  const properties = isJsonObject(schema["properties"]) ? schema["properties"] : {}
  const required = Array.isArray(schema["required"]) ? schema["required"] : []
  const members = Object.entries(properties).map(
    ([name, member]) =>
      `${propertyName(name)}${required.includes(name) ? "" : "?"}: ${jsonSchemaType(member, depth + 1)}`,
  )
  if (members.length > 0) return `{ ${members.join("; ")} }`
  const rest = schema["additionalProperties"]
  return `{ [key: string]: ${jsonSchemaType(rest === undefined || rest === false ? true : rest, depth + 1)} }`
}

/** A literal, or what it is one of. */
function literalType(value: JsonValue): string {
  if (value === null) return "null"
  return typeof value === "object" ? "unknown" : JSON.stringify(value)
}

/** `"a" | "b"`; `unknown` takes everything. */
export function unionOf(types: readonly string[]): string {
  const distinct = [...new Set(types)]
  if (distinct.length === 0) return "never"
  if (distinct.includes("unknown")) return "unknown"
  return distinct.length > literalCountMax ? widened(distinct) : distinct.join(" | ")
}

function widened(types: readonly string[]): string {
  return [
    ...new Set(types.map((type) => (type.startsWith('"') ? "string" : /^[-\d]/.test(type) ? "number" : type))),
  ].join(" | ")
}

function grouped(type: string): string {
  return / [|&] /.test(type) && !type.startsWith("{") ? `(${type})` : type
}

/** A name as it stands before a colon. */
export function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)
}
