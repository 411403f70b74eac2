import type { Field } from "../../schema/schema.ts"
import { jsonSchemaType, unionOf } from "./json-schema-type.ts"

/** The TypeScript type of a field's value as it is read, null included where the field may be null. */
export function readType(field: Field): string {
  return nullable(field, plainType(field))
}

/** The type of what may be written: a Date is as good as its text. */
export function writeType(field: Field): string {
  return nullable(field, field.type === "timestamp" ? "string | Date" : plainType(field))
}

/** What a filter may say of the field. */
export function conditionType(field: Field): string {
  const plain = plainType(field)
  switch (field.type) {
    case "uuid":
    case "string":
    case "text":
      return plain === "string" ? "TextCondition" : `TextCondition<${plain}>`
    case "int":
    case "float":
      return plain === "number" ? "NumberCondition" : `NumberCondition<${plain}>`
    case "timestamp":
      return "TimeCondition"
    case "bool":
    case "blob":
      return `EqualCondition<${plain}>`
    case "json":
      return "JsonCondition"
  }
}

function plainType(field: Field): string {
  if (field.enum !== null) return unionOf(field.enum.map((value) => JSON.stringify(value)))
  switch (field.type) {
    case "uuid":
    case "string":
    case "text":
    case "timestamp":
    case "blob":
      return "string"
    case "int":
    case "float":
      return "number"
    case "bool":
      return "boolean"
    case "json":
      return field.jsonSchema === null ? "Json" : jsonSchemaType(field.jsonSchema)
  }
}

function nullable({ nullable: mayBeNull }: Field, type: string): string {
  return mayBeNull && type !== "unknown" ? `${type} | null` : type
}

/** What a person should know of a field that its type does not say; empty where there is nothing. */
export function fieldNote(field: Field, use: "read" | "create" | "update"): string {
  const { references, default: fallback } = field
  const sentences = [
    field.primary ? "The primary key." : "",
    references === null ? "" : `The \`${references.field}\` of a document of \`${references.collection}\`.`,
    field.unique && !field.primary ? "No two documents have the same." : "",
    use === "create" && fallback !== null ? defaultNote(fallback) : "",
    field.updatedToNow ? "Set to the time of every update." : "",
    field.type === "blob" ? "Base64." : "",
    field.type === "timestamp" && use === "read" ? "ISO 8601 in UTC." : "",
    field.internal ? "Can be written, and is never answered." : "",
    use === "read" && field.rules.read !== null ? "Only there for callers that a rule lets read it." : "",
  ]
  return sentences.filter((sentence) => sentence !== "").join(" ")
}

function defaultNote(fallback: NonNullable<Field["default"]>): string {
  if (fallback.kind === "now") return "The time of the write when left out."
  if (fallback.kind === "auto") return "Made when left out."
  return `${JSON.stringify(fallback.value)} when left out.`
}
