import type { FieldOptionName } from "./field-options.ts"
import { fieldOptionNames, fieldOptions, validationOptionNames } from "./field-options.ts"
import {
  enumValueCountMax,
  fieldCountMax,
  indexCountMax,
  indexFieldCountMax,
  nameLengthMax,
  patternLengthMax,
} from "./limits.ts"
import { namePattern } from "./names.ts"
import type { JsonValue } from "./schema.ts"
import { fieldTypes, onDeleteActions, ruleOperations, stringFormats } from "./schema.ts"

type JsonMap = { readonly [key: string]: JsonValue }

/**
 * The JSON Schema of schema.yaml, so that editors complete and explain it. Draft 7, which all of them read. It knows
 * the form of the file; what depends on other parts (references, defaults, bounds) is for parseSchema.
 */
export function editorSchema(): JsonMap {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Alyx schema",
    description: "The collections of an Alyx project: their fields, indexes and access rules.",
    type: ["object", "null"],
    additionalProperties: false,
    properties: {
      version: { description: "The version of the schema language; may be left out.", const: 1 },
      collections: {
        description: "The collections, by name or as a list with names. Each becomes a table and an API.",
        ...mapOrList("collection", "collectionItem"),
      },
    },
    definitions: {
      name: { type: "string", pattern: namePattern, maxLength: nameLengthMax },
      rule: {
        description: "A rule in CEL, such as auth.id == doc.author_id, or true or false.",
        anyOf: [{ type: "boolean" }, { type: "string", minLength: 1 }],
      },
      collection: collectionSchema({ isItem: false }),
      collectionItem: collectionSchema({ isItem: true }),
      field: fieldSchema({ isItem: false }),
      fieldItem: fieldSchema({ isItem: true }),
      index: indexSchema(),
    },
  }
}

function reference(definition: string): JsonMap {
  return { $ref: `#/definitions/${definition}` }
}

function mapOrList(definition: string, itemDefinition: string): JsonMap {
  return {
    anyOf: [
      { type: "object", propertyNames: reference("name"), additionalProperties: reference(definition) },
      { type: "array", items: reference(itemDefinition) },
      ...(definition === "collection" ? [{ type: "null" }] : []),
    ],
  }
}

function collectionSchema({ isItem }: { readonly isItem: boolean }): JsonMap {
  return {
    type: "object",
    required: isItem ? ["name", "fields"] : ["fields"],
    additionalProperties: false,
    properties: {
      ...(isItem && { name: { description: "The name of the collection.", ...reference("name") } }),
      fields: {
        description: "The fields, by name or as a list with names.",
        minProperties: 1,
        maxProperties: fieldCountMax,
        minItems: 1,
        maxItems: fieldCountMax,
        ...mapOrList("field", "fieldItem"),
      },
      indexes: {
        description: "Indexes over one or several fields.",
        type: "array",
        maxItems: indexCountMax,
        items: reference("index"),
      },
      rules: rulesSchema("Who may do what, in CEL.", ruleOperations),
      timestamps: {
        description: "false leaves out the generated created_at and updated_at; true adds whichever is missing.",
        type: "boolean",
      },
      read_in_memory: {
        description: "true allows a read rule that cannot be part of the query, over a bounded number of documents.",
        type: "boolean",
      },
    },
  }
}

function rulesSchema(description: string, operations: readonly string[]): JsonMap {
  const properties = Object.fromEntries(operations.map((operation) => [operation, reference("rule")]))
  return { description, type: "object", additionalProperties: false, properties }
}

function indexSchema(): JsonMap {
  const order = { enum: ["asc", "desc"] }
  return {
    type: "object",
    required: ["fields"],
    additionalProperties: false,
    properties: {
      name: { description: "Made of the collection and the fields when left out.", ...reference("name") },
      fields: {
        description: "The fields, the most selective first.",
        anyOf: [
          { type: "string" },
          { type: "array", minItems: 1, maxItems: indexFieldCountMax, uniqueItems: true, items: { type: "string" } },
        ],
      },
      order: {
        description: "asc or desc for all fields, or a list with one word for each. Default: asc.",
        anyOf: [order, { type: "array", items: order }],
      },
      unique: { description: "No two documents may agree in all the fields. Default: false.", type: "boolean" },
    },
  }
}

/** The JSON Schema of a field: of an item of a list it has a name. */
export function fieldSchema({ isItem }: { readonly isItem: boolean }): JsonMap {
  return {
    type: "object",
    required: isItem ? ["name", "type"] : ["type"],
    additionalProperties: false,
    properties: {
      ...(isItem && { name: { description: "The name of the field.", ...reference("name") } }),
      ...Object.fromEntries(fieldOptionNames.map(optionProperty)),
      validate: {
        description: "The validations of the field; each may also stand beside type.",
        type: "object",
        additionalProperties: false,
        properties: Object.fromEntries(validationOptionNames.map(optionProperty)),
      },
    },
    allOf: fieldOptionNames.flatMap(onlyForItsTypes),
  }
}

function optionProperty(name: FieldOptionName): [string, JsonMap] {
  return [name, { description: fieldOptions[name].description, ...optionSchemas[name] }]
}

/** An option that makes no sense for a type is underlined where it stands, on the field or under validate. */
function onlyForItsTypes(name: FieldOptionName): JsonMap[] {
  const { types, validates } = fieldOptions[name]
  if (types.length === fieldTypes.length) return []
  const others = fieldTypes.filter((type) => !types.includes(type))
  const refused = { [name]: false }
  return [
    {
      if: { required: ["type"], properties: { type: { enum: others } } },
      // oxlint-disable-next-line unicorn/no-thenable -- A keyword of JSON Schema; nobody awaits it.
      then: { properties: { ...refused, ...(validates && { validate: { properties: refused } }) } },
    },
  ]
}

const flag = { type: "boolean" }
const length = { type: "integer", minimum: 0 }

/** The form of the value of each option. */
export const optionSchemas: Readonly<Record<FieldOptionName, JsonMap>> = {
  type: { enum: fieldTypes },
  primary: flag,
  unique: flag,
  nullable: flag,
  required: flag,
  index: flag,
  default: {},
  references: { type: "string", pattern: "^[^.]+\\.[^.]+$" },
  onDelete: { enum: onDeleteActions },
  onUpdate: { enum: ["now"] },
  internal: flag,
  minLength: length,
  maxLength: length,
  min: { type: "number" },
  max: { type: "number" },
  format: { enum: stringFormats },
  pattern: { type: "string", format: "regex", maxLength: patternLengthMax },
  enum: {
    type: "array",
    minItems: 1,
    maxItems: enumValueCountMax,
    uniqueItems: true,
    items: { type: ["string", "number"] },
  },
  items: { anyOf: [{ enum: fieldTypes.filter((type) => type !== "blob") }, { type: "object" }] },
  schema: { type: "object" },
  rules: rulesSchema("Who may read and write this field, in CEL.", ["read", "write"]),
}
