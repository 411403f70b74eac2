import type { RequestLimits } from "../../project/request-limits.ts"
import type { JsonSchema } from "../../schema/json-schema.ts"
import { documentJsonSchema } from "../../schema/json-schema.ts"
import type { Relation, Schema } from "../../schema/schema.ts"
import { isAlwaysShown, isHidden, isManaged } from "./access.ts"
import type { NamedCollection, NamedCollections } from "./component-names.ts"
import { schemaName } from "./component-names.ts"
import { exampleDocument } from "./examples.ts"
import { fieldProperties, fieldSchema } from "./field-schema.ts"
import { componentRef } from "./operation.ts"
import { openRelations } from "./relations.ts"

/** What the schemas of a collection are made of. */
export interface CollectionFrame {
  readonly named: NamedCollection
  readonly collections: NamedCollections
  readonly schema: Schema
  readonly limits: RequestLimits
  /** The collection that has a document for each account; null where there is none. */
  readonly users: string | null
}

/** The schemas of a collection's documents, bodies and lists, by name. */
export function collectionSchemas(frame: CollectionFrame): Record<string, JsonSchema> {
  const { named, users } = frame
  const { collection } = named
  const shown = { ...readOnly(frame, fieldProperties(collection, "read")), ...relationProperties(frame) }
  const required = [...collection.fields.values()]
    .filter((field) => !isHidden(field) && isAlwaysShown(field))
    .map(({ name }) => name)
  const create = documentJsonSchema(collection, "create")
  const update = documentJsonSchema(collection, "update")
  const { primaryKey } = collection
  const updatable = {
    [primaryKey.name]: fieldSchema(primaryKey, "update"),
    ...readOnly(frame, fieldProperties(collection, "update")),
  }
  return {
    [schemaName(named, "")]: {
      type: "object",
      description: `A document of \`${collection.name}\`. Relations are there when \`expand\` asks for them.`,
      properties: shown,
      ...(required.length > 0 && { required }),
    },
    [schemaName(named, "Selection")]: {
      type: "object",
      description:
        `A document of \`${collection.name}\` in answers that \`fields\` may shorten: ` +
        "without it every field is there, and no relation unless `expand` asks for it.",
      properties: shown,
    },
    [schemaName(named, "Create")]: {
      ...create,
      description: `The body that makes a document of \`${collection.name}\`.`,
      properties: fieldProperties(collection, "create"),
      ...examplesOf(exampleDocument(collection, "create")),
    },
    [schemaName(named, "Update")]: {
      ...update,
      description: "The fields to change; those that are left out stay as they are.",
      properties: updatable,
      ...examplesOf(exampleDocument(collection, "update", users)),
    },
    [schemaName(named, "List")]: listSchema(frame),
  }
}

/** Marks what the auth service keeps: only admins write it. */
function readOnly(
  { named, users }: CollectionFrame,
  properties: Record<string, JsonSchema>,
): Record<string, JsonSchema> {
  const { collection } = named
  const entries = Object.entries(properties).map(([name, schema]) => {
    const field = collection.fields.get(name)
    const isKept = field !== undefined && isManaged(collection, field, users)
    return [name, isKept ? { ...schema, readOnly: true } : schema] as const
  })
  return Object.fromEntries(entries)
}

function examplesOf(example: JsonSchema | undefined): JsonSchema {
  return example === undefined || Object.keys(example).length === 0 ? {} : { examples: [example] }
}

/** A reference that is not named `…_id` gives its place to what it is expanded to. */
function relationProperties(frame: CollectionFrame): Record<string, JsonSchema> {
  const { collection } = frame.named
  return Object.fromEntries(
    openRelations(frame.schema, collection).map((relation) => {
      const expanded = relationSchema(frame, relation)
      const field = collection.fields.get(relation.name)
      return [relation.name, field === undefined ? expanded : { anyOf: [fieldSchema(field, "read"), expanded] }]
    }),
  )
}

function relationSchema({ named, collections, limits }: CollectionFrame, relation: Relation): JsonSchema {
  const document = componentRef("schemas", schemaName(collections.get(relation.collection)!, ""))
  if (relation.kind === "back") {
    const { backRelationMax } = limits
    return {
      type: "array",
      description: `With \`expand\`: the documents of \`${relation.collection}\` whose \`${relation.foreignField}\` points here, at most ${backRelationMax}.`,
      maxItems: backRelationMax,
      items: document,
    }
  }
  const description = `With \`expand\`: the document that \`${relation.localField}\` references.`
  const isNullable = named.collection.fields.get(relation.localField)?.nullable ?? false
  return isNullable ? { description, anyOf: [document, { type: "null" }] } : { description, ...document }
}

function listSchema({ named, limits }: CollectionFrame): JsonSchema {
  return {
    type: "object",
    description: `A page of \`${named.collection.name}\`.`,
    properties: {
      docs: {
        type: "array",
        maxItems: limits.pageMax,
        items: componentRef("schemas", schemaName(named, "Selection")),
      },
      total: {
        type: ["integer", "null"],
        minimum: 0,
        description: "How many documents the filters find; null with `skipTotal=true`.",
      },
      limit: { type: "integer", minimum: 1, maximum: limits.pageMax, description: "How many a page holds at most." },
      offset: {
        type: "integer",
        minimum: 0,
        maximum: limits.offsetMax,
        description: "How many documents come before this page; not in a walk with `cursor`.",
      },
      next_cursor: {
        type: ["string", "null"],
        description: "In a walk with `cursor`: what to send for the next page; null at the end.",
      },
      ...(named.collection.readInMemory && {
        truncated: {
          type: "boolean",
          description:
            "Whether there were more documents than the read rule is judged for, one by one, whatever the filters: 1,000, fewer where judging them is much work.",
        },
      }),
    },
    required: ["docs", "total", "limit"],
  }
}
