import type { DocumentUse, JsonSchema } from "../../schema/json-schema.ts"
import { documentJsonSchema, fieldJsonSchema } from "../../schema/json-schema.ts"
import { countedKeyMax } from "../../schema/limits.ts"
import type { Collection, Field } from "../../schema/schema.ts"
import { isAlwaysShown, isHidden } from "./access.ts"

/** The properties of a document for one use, each with what a person should know of it. */
export function fieldProperties(collection: Collection, use: DocumentUse): Record<string, JsonSchema> {
  const { properties } = documentJsonSchema(collection, use)
  const names = Object.keys(properties as JsonSchema)
  const fields = names.flatMap((name) => collection.fields.get(name) ?? []).filter((field) => isSpokenOf(field, use))
  return Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field, use)]))
}

/** What nobody but admins may read is left out of answers. */
function isSpokenOf(field: Field, use: DocumentUse): boolean {
  return use !== "read" || !isHidden(field)
}

/** The schema of a field's value for one use. */
export function fieldSchema(field: Field, use: DocumentUse): JsonSchema {
  const { default: fallback, description: own, ...schema } = fieldJsonSchema(field)
  const description = [typeof own === "string" ? own : "", ...sentences(field, use)].filter((text) => text !== "")
  return {
    ...schema,
    ...numberKeywords(field, use),
    // A URL may hold any Unicode, which a `uri` may not.
    ...(field.format === "url" && { format: "iri" }),
    // Only a create takes the default; a client that sends it with every update would undo changes.
    ...(use === "create" && fallback !== undefined && { default: fallback }),
    ...(description.length > 0 && { description: description.join(" ") }),
  }
}

/** Generators of clients take a plain integer for one of 32 bits. */
function numberKeywords(field: Field, use: DocumentUse): JsonSchema {
  if (field.type === "float") return { format: "double" }
  if (field.type !== "int" || field.enum !== null) return {}
  const max = Math.min(
    field.max ?? Number.MAX_SAFE_INTEGER,
    use === "create" && isCounted(field) ? countedKeyMax : Infinity,
  )
  return { format: "int64", ...(Number.isFinite(max) && { maximum: max }) }
}

/** True for keys that are counted up. */
export function isCounted(field: Field): boolean {
  return field.primary && field.type === "int" && field.default?.kind === "auto"
}

function sentences(field: Field, use: DocumentUse): string[] {
  const { references } = field
  return [
    field.primary && use === "update" ? "The primary key: it never changes, and may be repeated." : "",
    field.primary && use !== "update" ? "The primary key." : "",
    references === null ? "" : `The \`${references.field}\` of a document of \`${references.collection}\`.`,
    field.unique && !field.primary ? "No two documents have the same." : "",
    use === "create" ? defaultSentence(field) : "",
    field.updatedToNow ? "Set to the time of every update." : "",
    field.internal ? "Can be written, and is never answered." : "",
    use === "read" && !isAlwaysShown(field) ? "Only in answers to callers that a rule lets read it." : "",
    use !== "read" && field.rules.write !== null ? "A rule decides who may write it." : "",
    field.type === "timestamp" ? timestampSentence(use) : "",
    field.format === "url" ? "Begins with `http://` or `https://`." : "",
  ]
}

function defaultSentence({ default: fallback, type, nullable }: Field): string {
  if (fallback === null) return nullable ? "Null when left out." : ""
  if (fallback.kind === "now") return "The time of the write when left out."
  if (fallback.kind === "literal") return ""
  return type === "int" ? "The next number when left out." : "A new UUID when left out."
}

function timestampSentence(use: DocumentUse): string {
  return use === "read"
    ? "In UTC with milliseconds."
    : "ISO 8601 with `Z` or an offset; finer fractions than milliseconds are cut off."
}
