import type { Field, FieldType } from "../../schema/schema.ts"

const compared = ["eq", "ne", "gt", "gte", "lt", "lte", "in"]
const text = ["eq", "ne", "gt", "gte", "lt", "lte", "like", "in", "contains"]
const plain = ["eq", "ne", "in"]

/** The operators of each type, in the order of the documentation. A json field also knows eq:null and ne:null. */
export const filterOperatorsOf: Readonly<Record<FieldType, readonly string[]>> = {
  uuid: text,
  string: text,
  text,
  int: compared,
  float: compared,
  timestamp: compared,
  bool: plain,
  blob: plain,
  json: ["contains"],
}

/** The regular expression of `field:operator:value` over these fields; whether the value fits is left to the server. */
export function filterPattern(fields: readonly Field[]): string {
  const namesByOperators = new Map<string, string[]>()
  for (const field of fields) {
    const operators = filterOperatorsOf[field.type].join("|")
    namesByOperators.set(operators, [...(namesByOperators.get(operators) ?? []), field.name])
  }
  const branches = [...namesByOperators].map(([operators, names]) => `(?:${names.join("|")}):(?:${operators}):`)
  const json = fields.filter(({ type }) => type === "json").map(({ name }) => name)
  if (json.length > 0) branches.push(`(?:${json.join("|")}):(?:eq|ne):null$`)
  return `^(?:${branches.join("|")})`
}

/** A filter that finds documents by a field, as an example. */
export function filterExample(field: Field): string {
  switch (field.type) {
    case "json":
      return `${field.name}:contains:a`
    case "string":
    case "text":
      return `${field.name}:like:a%`
    case "bool":
      return `${field.name}:eq:true`
    case "int":
    case "float":
      return `${field.name}:gte:1`
    case "timestamp":
      return `${field.name}:gte:2026-01-31`
    case "uuid":
      return `${field.name}:eq:0190a6ec-7b4e-7c1f-8e2a-5d3f6b7a8c9d`
    case "blob":
      return `${field.name}:eq:AAEC`
  }
}
