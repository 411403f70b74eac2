import type { DocumentUse, JsonSchema } from "../../schema/json-schema.ts"
import { isRequiredOnCreate } from "../../schema/document.ts"
import { compileFieldReader } from "../../schema/field-reader.ts"
import { wireValue } from "../../schema/fields/field-types.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { Collection, Field, JsonValue } from "../../schema/schema.ts"
import { isHidden, isManaged } from "./access.ts"

const exampleUuid = "0190a6ec-7b4e-7c1f-8e2a-5d3f6b7a8c9d"

/** An example of a document for one use; undefined when none can be made up (a pattern, say, that no example fits). */
export function exampleDocument(
  collection: Collection,
  use: DocumentUse,
  users: string | null = null,
): JsonSchema | undefined {
  const document: Record<string, JsonValue> = {}
  for (const field of collection.fields.values()) {
    if (!isShown(field, use) || (use === "update" && isManaged(collection, field, users))) continue
    const value = exampleValue(field, use)
    if (value !== undefined) document[field.name] = value
    else if (use === "read" || (use === "create" && isRequiredOnCreate(field))) return undefined
  }
  return document
}

/** An example of a field's value, judged by the field itself; undefined when none was found. */
export function exampleValue(field: Field, use: DocumentUse): JsonValue | undefined {
  const read = compileFieldReader(field)
  for (const candidate of candidates(field)) {
    const stored = read(candidate)
    if (Array.isArray(stored)) continue
    return use === "read" ? wireValue(field, stored as StoredValue) : candidate
  }
  return undefined
}

/** Generated values and secrets are left to the server, and to the reader. */
function isShown(field: Field, use: DocumentUse): boolean {
  if (use === "read") return !isHidden(field)
  if (use === "update") return !field.primary && !field.updatedToNow && field.default?.kind !== "now" && !field.internal
  return isRequiredOnCreate(field) || (field.default === null && field.references === null)
}

function candidates(field: Field): JsonValue[] {
  const known = [...(field.enum ?? []), ...(field.default?.kind === "literal" ? [field.default.value] : [])]
  return [...known, ...candidatesByType(field), ...(field.nullable ? [null] : [])]
}

function candidatesByType(field: Field): JsonValue[] {
  switch (field.type) {
    case "uuid":
      return [exampleUuid]
    case "string":
    case "text":
      return texts(field)
    case "int":
      return [42, 1, 0, field.min, field.max].filter((value) => value !== null)
    case "float":
      return [0.5, 1, 0, field.min, field.max].filter((value) => value !== null)
    case "bool":
      return [true]
    case "timestamp":
      return ["2026-01-31T12:00:00.000Z"]
    case "json":
      return [...jsonCandidates(field.jsonSchema), { key: "value" }, ["a", "b"], [], {}, "text", 1, true]
    case "blob":
      return ["AAEC"]
  }
}

function texts(field: Field): string[] {
  const least = field.minLength ?? 0
  const words = [
    "A text",
    "text",
    "a",
    "A",
    "1",
    "abc-123",
    "2026-01-31",
    exampleUuid,
    "ada@example.com",
    "https://example.com/",
  ]
  return [...words, ...(least <= 1_000 ? ["a".repeat(least), "A".repeat(least), "1".repeat(least)] : [])]
}

/** The simplest values that the commonest keywords of a JSON Schema ask for. */
function jsonCandidates(schema: JsonValue): JsonValue[] {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return []
  const {
    const: only,
    enum: words,
    type,
    properties,
    required,
    items,
  } = schema as { readonly [key: string]: JsonValue }
  if (only !== undefined) return [only]
  if (Array.isArray(words)) return [...(words as JsonValue[])]
  if (type === "array") {
    const item = jsonCandidates(items ?? null)[0]
    return item === undefined ? [[]] : [[item], []]
  }
  if (type === "object") {
    const known = (properties ?? {}) as { readonly [key: string]: JsonValue }
    const wanted = Array.isArray(required) ? required.map(String) : []
    const entries = wanted.map((name) => [name, jsonCandidates(known[name] ?? null)[0] ?? "text"] as const)
    return [Object.fromEntries(entries)]
  }
  if (type === "string") return ["text"]
  if (type === "integer" || type === "number") return [1]
  return type === "boolean" ? [true] : []
}
