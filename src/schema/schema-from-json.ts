import { alyxError } from "../errors.ts"
import { makeSchema } from "./make-schema.ts"
import { plainField } from "./plain-field.ts"
import type { Collection, Field, Rule, Schema } from "./schema.ts"
import { fieldTypes, ruleOperations } from "./schema.ts"
import type { CollectionJson, FieldJson, SchemaJson } from "./schema-json.ts"
import { schemaFormat } from "./schema-json.ts"

/**
 * Reads what schemaToJson wrote. The text comes from our own database, so it is trusted to be valid as a schema; it is
 * only checked to be of a form that this version reads.
 */
export function schemaFromJson(json: unknown): Schema {
  const { collections } = requireSchemaJson(json)
  return makeSchema(collections.map(collectionFromJson))
}

function requireSchemaJson(json: unknown): SchemaJson {
  const { format, collections } = (typeof json === "object" && json !== null ? json : {}) as Partial<SchemaJson>
  if (typeof format === "number" && format > schemaFormat) {
    throw alyxError("DATABASE_NEWER", {
      message: `The applied schema has format ${format}; this version of Alyx reads up to ${schemaFormat}.`,
      next: "Use the version of Alyx that wrote the database, or a newer one.",
    })
  }
  const readable = format === schemaFormat && Array.isArray(collections) && collections.every(isCollectionJson)
  if (!readable) throw alyxError("DATABASE_CORRUPT", { message: "The applied schema in the database is damaged." })
  return { format, collections }
}

function isCollectionJson(json: unknown): json is CollectionJson {
  const { name, fields } = (typeof json === "object" && json !== null ? json : {}) as Partial<CollectionJson>
  if (typeof name !== "string" || !Array.isArray(fields)) return false
  return (
    fields.every((field: FieldJson | null) => typeof field?.name === "string" && fieldTypes.includes(field.type)) &&
    fields.some((field: FieldJson) => field.primary === true)
  )
}

function collectionFromJson(json: CollectionJson): Collection {
  const fields = new Map(json.fields.map((field) => [field.name, fieldFromJson(field)]))
  const rules = Object.fromEntries(
    ruleOperations.map((operation) => [operation, ruleFromJson(json.rules?.[operation])]),
  )
  return Object.freeze({
    name: json.name,
    fields,
    primaryKey: [...fields.values()].find((field) => field.primary)!,
    indexes: (json.indexes ?? []).map((index) => Object.freeze({ ...index, at: null })),
    rules: rules as Collection["rules"],
    readInMemory: json.readInMemory ?? false,
    at: null,
  })
}

/** Reads what fieldToJson wrote. */
export function fieldFromJson({ rules, ...options }: FieldJson): Field {
  return Object.freeze({
    ...plainField,
    ...options,
    rules: { read: ruleFromJson(rules?.read), write: ruleFromJson(rules?.write) },
  })
}

function ruleFromJson(expression: string | undefined): Rule | null {
  return expression === undefined ? null : { expression, at: null }
}
