import { fieldSchema, optionSchemas } from "../editor-schema.ts"
import { fieldOptions } from "../field-options.ts"
import { migrationOperationCountMax, nameLengthMax } from "../limits.ts"
import { namePattern } from "../names.ts"
import type { JsonValue } from "../schema.ts"
import { fieldTypes } from "../schema.ts"
import { migrationNumberMax } from "./file-name.ts"
import type { Operation } from "./migration.ts"
import { operationKeys, operationTypes } from "./parse-operation.ts"
import { constraintNames } from "./read-constraints.ts"

type JsonMap = { readonly [key: string]: JsonValue }

/** The JSON Schema of migration files, so that editors complete and explain them. Draft 7, which all of them read. */
export function migrationJsonSchema(): JsonMap {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Alyx migration",
    description: "Steps that lead the documents of a database from one schema to the next.",
    type: "object",
    required: ["operations"],
    additionalProperties: false,
    properties: {
      version: {
        description: "The number in the file's name; may be left out.",
        type: "integer",
        minimum: 1,
        maximum: migrationNumberMax,
      },
      name: { description: "The name in the file's name; may be left out.", type: "string" },
      description: { description: "What it is for, as shown by alyx migrate status.", type: ["string", "null"] },
      operations: {
        description: "The steps, in the order in which they are made. Names are those that hold at that step.",
        type: ["array", "null"],
        maxItems: migrationOperationCountMax,
        items: {
          type: "object",
          required: ["type"],
          properties: { type: typeSchema() },
          allOf: operationTypes.map(operationSchema),
        },
      },
    },
    definitions: {
      name: { type: "string", pattern: namePattern, maxLength: nameLengthMax },
      rule: { anyOf: [{ type: "boolean" }, { type: "string", minLength: 1 }] },
      field: fieldSchema({ isItem: false }),
    },
  }
}

function typeSchema(): JsonMap {
  const lines = operationTypes.map((type) => `${type}: ${operationDescriptions[type]}`)
  return { description: lines.join("\n"), enum: operationTypes }
}

/** What an operation may and must say, once its type is written. */
function operationSchema(type: Operation["type"]): JsonMap {
  const keys: readonly (keyof typeof keySchemas)[] = operationKeys[type]
  const properties = Object.fromEntries(keys.map((key) => [key, keySchemas[key]]))
  // `to` is a name for a rename and a type for change_type.
  const to = type === "change_type" ? { to: { description: "The new type.", enum: fieldTypes } } : {}
  const required = keys.filter((key) => !optionalKeys.includes(key))
  return {
    if: { required: ["type"], properties: { type: { const: type } } },
    // oxlint-disable-next-line unicorn/no-thenable -- A keyword of JSON Schema; nobody awaits it.
    then: {
      required: ["type", ...required],
      additionalProperties: false,
      properties: { type: {}, ...properties, ...to },
      not: { required: ["fill", "fill_sql"] },
    },
  }
}

const optionalKeys: readonly string[] = ["fill", "fill_sql", "using", "down_using", "down"]

/** What each operation does, in one sentence: for editors and for docs/migrations.md. */
export const operationDescriptions: Readonly<Record<Operation["type"], string>> = {
  rename_field: "Gives a field another name; values, indexes and references follow.",
  rename_collection: "Gives a collection another name; documents and references follow.",
  drop_field: "Removes a field and its values in all documents.",
  drop_collection: "Removes a collection with all its documents.",
  add_field: "Adds a field and fills it in the documents that are there.",
  change_type: "Gives a field another type and converts its values.",
  set_nullable: "Lets a field be null, or makes it required.",
  set_constraints: "Sets or takes away constraints of a field.",
  sql: "Runs SQL over the documents.",
}

const name = { $ref: "#/definitions/name" }
const sql = { type: "string", minLength: 1 }

const keySchemas = {
  collection: { description: "The collection, by its name at this step.", ...name },
  field: { description: "The field, by its name at this step.", ...name },
  from: { description: "The name until this step.", ...name },
  to: { description: "The name from this step on.", ...name },
  definition: { description: "The field as schema.yaml writes it.", $ref: "#/definitions/field" },
  fill: { description: "One value for all documents that need one." },
  fill_sql: { description: "An SQL expression over the row that makes the value, such as lower(name).", ...sql },
  using: {
    description: "An SQL expression over the row that makes the new value, such as CAST(price AS INTEGER).",
    ...sql,
  },
  down_using: { description: "An SQL expression over the row that makes the old value again, for rollback.", ...sql },
  nullable: { description: "true: may be null. false: required.", type: "boolean" },
  set: {
    description: "The constraints as in schema.yaml; null takes one away.",
    type: "object",
    minProperties: 1,
    additionalProperties: false,
    properties: Object.fromEntries(
      constraintNames.map((constraint) => [
        constraint,
        { description: fieldOptions[constraint].description, anyOf: [optionSchemas[constraint], { type: "null" }] },
      ]),
    ),
  },
  up: { description: "The SQL to run; several statements are separated by semicolons.", ...sql },
  down: {
    description: 'The SQL that undoes it. "" when nothing has to be undone; left out when it cannot be undone.',
    type: "string",
  },
} as const satisfies Readonly<Record<string, JsonMap>>
