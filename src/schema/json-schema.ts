import { fieldTypeRules } from "./fields/field-types.ts"
import { isRequiredOnCreate } from "./document.ts"
import { toDraft2020 } from "./json-schema-dialect.ts"
import type { Collection, Field, JsonValue } from "./schema.ts"
import { stringFormatRules } from "./string-formats.ts"

/** A JSON Schema in the dialect of OpenAPI 3.1, which is 2020-12. */
export type JsonSchema = { readonly [keyword: string]: JsonValue }

/** Which document a JSON Schema describes: the body of a create or an update, or what an answer holds. */
export type DocumentUse = "create" | "update" | "read"

/**
 * The JSON Schema of a document, for OpenAPI, clients and editors. It says what the document validator does, except
 * that strings hold neither U+0000 nor lone surrogates, how deep json may be nested, and how much work a value may take.
 */
export function documentJsonSchema(collection: Collection, use: DocumentUse): JsonSchema {
  const fields = [...collection.fields.values()].filter((field) => belongs(field, use))
  const properties = Object.fromEntries(fields.map((field) => [field.name, fieldJsonSchema(field)]))
  const required = fields.filter((field) => isRequired(field, use)).map((field) => field.name)
  return {
    type: "object",
    properties,
    ...(required.length > 0 && { required }),
    // An answer may also hold what expand adds.
    ...(use !== "read" && { additionalProperties: false }),
  }
}

function belongs(field: Field, use: DocumentUse): boolean {
  if (use === "read") return !field.internal
  return use === "create" || !field.primary
}

function isRequired(field: Field, use: DocumentUse): boolean {
  if (use === "read") return true
  return use === "create" && isRequiredOnCreate(field)
}

/** The JSON Schema of the value of one field, null included when the field is nullable. */
export function fieldJsonSchema(field: Field): JsonSchema {
  const schema = field.type === "json" ? jsonFieldSchema(field) : scalarFieldSchema(field)
  return field.default?.kind === "literal" ? { ...schema, default: field.default.value } : schema
}

function scalarFieldSchema(field: Field): JsonSchema {
  const { type, ...keywords } = fieldTypeRules[field.type].jsonSchema
  const values = field.enum !== null && field.nullable ? [...field.enum, null] : field.enum
  return {
    ...(type !== undefined && { type: field.nullable ? [type, "null"] : type }),
    ...keywords,
    ...(field.minLength !== null && { minLength: field.minLength }),
    ...(field.maxLength !== null && { maxLength: field.maxLength }),
    ...(field.min !== null && { minimum: field.min }),
    ...(field.max !== null && { maximum: field.max }),
    ...(field.format !== null && formatKeywords(field.format)),
    ...(field.pattern !== null && { pattern: field.pattern }),
    ...(values !== null && { enum: values }),
  }
}

function formatKeywords(format: NonNullable<Field["format"]>): JsonSchema {
  return { format: stringFormatRules[format].jsonSchemaFormat }
}

const anythingButNull = { type: ["object", "array", "string", "number", "boolean"] }

/** In a json field null is SQL's NULL: it is the field that allows it, never the field's JSON Schema. */
function jsonFieldSchema(field: Field): JsonSchema {
  if (field.jsonSchema === null) return field.nullable ? {} : anythingButNull
  const schema = toDraft2020(field.jsonSchema)
  if (field.nullable) return { anyOf: [schema, { type: "null" }] }
  const isObject = typeof schema === "object" && schema !== null && !Array.isArray(schema)
  const type = isObject ? (schema as JsonSchema)["type"] : undefined
  const excludesNull = typeof type === "string" && type !== "null"
  return excludesNull ? (schema as JsonSchema) : { allOf: [schema, anythingButNull] }
}
