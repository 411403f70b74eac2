import { alyxError } from "../errors.ts"
import { makeSchema } from "./make-schema.ts"
import { plainField } from "./plain-field.ts"
import type { Collection, Field, Rule, Schema } from "./schema.ts"
import { ruleOperations } from "./schema.ts"
import type { CollectionJson, FieldJson, SchemaJson } from "./schema-json.ts"
import { schemaFormat } from "./schema-json.ts"
import { schemaFormFault } from "./schema-json-form.ts"

/**
 * Reads what schemaToJson wrote. Its form is checked strictly, since names and numbers of it become SQL; that all of it
 * fits together is taken from our own database as given, and judged by judgeSchema where it comes from elsewhere.
 */
export function schemaFromJson(json: unknown): Schema {
  const { collections } = requireSchemaJson(json)
  return makeSchema(collections.map(collectionFromJson))
}

/** Reads the text that a database keeps of the schema that was applied to it. */
export function schemaFromText(text: string): Schema {
  try {
    return schemaFromJson(JSON.parse(text))
  } catch (error) {
    throw error instanceof SyntaxError ? damagedSchema("it is not JSON", error) : error
  }
}

function requireSchemaJson(json: unknown): SchemaJson {
  const { format, collections } = (typeof json === "object" && json !== null ? json : {}) as Partial<SchemaJson>
  if (typeof format === "number" && format > schemaFormat) {
    throw alyxError("DATABASE_NEWER", {
      message: `The applied schema has format ${format}; this version of Alyx reads up to ${schemaFormat}.`,
      next: "Use the version of Alyx that wrote the database, or a newer one.",
    })
  }
  if (format !== schemaFormat) throw damagedSchema("it has no format")
  const fault = schemaFormFault(collections)
  if (fault !== null) throw damagedSchema(fault)
  return { format, collections: collections! }
}

function damagedSchema(fault: string, cause?: unknown): Error {
  return alyxError("DATABASE_CORRUPT", {
    message: `The applied schema in the database is damaged: ${fault}.`,
    next: "Restore a backup: alyx db restore .alyx/backups/<file>",
    ...(cause === undefined ? {} : { cause }),
  })
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
