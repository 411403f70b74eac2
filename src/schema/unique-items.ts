import type { JsonSchemaWork } from "./json-schema-work.ts"

/** Tells whether no two items are equal as JSON, in linear time. */
export function hasUniqueItems(items: readonly unknown[], work: JsonSchemaWork): boolean {
  const scalars = new Set<unknown>()
  const texts = new Set<string>()
  for (const item of items) {
    work.spend(stepsOfNode)
    if (typeof item !== "object" || item === null) scalars.add(item)
    else texts.add(canonicalText(item, work))
  }
  return scalars.size + texts.size === items.length
}

/** JSON in which the order of keys means nothing. The depth is bounded by that of json values. */
function canonicalText(value: unknown, work: JsonSchemaWork): string {
  work.spend(stepsOfNode)
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => canonicalText(item, work)).join(",")}]`
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalText(inner, work)}`).join(",")}}`
}

const stepsOfNode = 10
