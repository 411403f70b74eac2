import type { LiveQueryRequest } from "../../../src/protocol/realtime-api.ts"
import type { Field, Schema } from "../../../src/schema/schema.ts"
import type { Dice } from "../../helpers/dice.ts"
import { modelKeys, modelReferences, modelValues } from "./model-schema.ts"

/** A query as it is followed, and as it is listed. */
export interface ModelQuery {
  readonly live: LiveQueryRequest
  readonly list: readonly (readonly [string, string])[]
}

interface ModelFilter {
  readonly field: Field
  readonly operator: string
  readonly value: unknown
}

const operators: Readonly<Record<string, readonly string[]>> = {
  string: ["eq", "eq", "eq", "ne", "gt", "lte", "in", "like", "contains"],
  text: ["eq", "ne", "like", "contains"],
  int: ["eq", "eq", "ne", "gt", "gte", "lt", "in"],
  float: ["eq", "ne", "gt", "lt"],
  timestamp: ["eq", "gte", "lt"],
  bool: ["eq", "eq", "ne"],
  json: ["contains"],
  blob: ["eq", "ne"],
}

/** Makes up a query that the schema knows; the rules may still refuse it. */
export function modelQuery(schema: Schema, random: Dice): ModelQuery {
  const collection = schema.collections.get(random.pick(["teams", "people", "notes", "notes"]))!
  const fields = [...collection.fields.values()]
  const filters = Array.from({ length: random.pick([0, 1, 1, 2]) }, () => modelFilter(random, random.pick(fields)))
  const sortable = fields.filter(({ type }) => type !== "json" && type !== "blob")
  const sorted = [...new Set(Array.from({ length: random.below(3) }, () => random.pick(sortable).name))]
  const sort = sorted.map((name) => (random.below(2) === 0 ? name : `-${name}`))
  const limit = random.pick([1, 2, 3, 5, 100, 500])
  const expand = modelExpand(schema, collection.name, random)
  const shown = random.below(3) === 0 ? fields.filter(() => random.below(2) === 0).map(({ name }) => name) : []
  // An object holds an operator of a field once.
  const names = new Set(filters.map(({ field, operator }) => `${field.name} ${operator}`))
  const isText = random.below(2) === 0 || names.size < filters.length
  const live: LiveQueryRequest = {
    collection: collection.name,
    ...(filters.length === 0 ? {} : { filter: isText ? filters.map(filterText) : filterObject(filters) }),
    ...(sort.length === 0 ? {} : { sort: random.below(2) === 0 ? sort : sort.join(",") }),
    ...(limit === 100 ? {} : { limit }),
    ...(expand.length === 0 ? {} : { expand }),
    ...(shown.length === 0 ? {} : { fields: shown }),
  }
  const list: [string, string][] = filters.map((filter) => ["filter", filterText(filter)])
  if (sort.length > 0) list.push(["sort", sort.join(",")])
  list.push(["limit", String(limit)])
  if (expand.length > 0) list.push(["expand", expand.join(",")])
  if (shown.length > 0) list.push(["fields", [...new Set([collection.primaryKey.name, ...shown])].join(",")])
  return { live, list }
}

function modelFilter(random: Dice, field: Field): ModelFilter {
  const target = field.primary ? undefined : modelReferences[field.name]
  const keys = modelKeys[target ?? ""]
  const values = keys ?? modelValues[field.name] ?? ["n1", "p1", 1]
  const value = random.pick(values.filter((each) => each === null || typeof each !== "object"))
  if (field.type === "json") return { field, operator: "contains", value: random.pick(["a", "1", "true"]) }
  if (value === undefined || value === null) return { field, operator: random.pick(["eq", "ne"]), value: null }
  const operator = random.pick(operators[field.type] ?? ["eq"])
  if (operator === "in")
    return { field, operator, value: [value, value, random.pick(values)].filter((v) => v !== null) }
  if (operator === "like") return { field, operator, value: pattern(random, JSON.stringify(value).replaceAll('"', "")) }
  return { field, operator, value: fitting(field, value) }
}

/** A pattern that finds a text, by its beginning, by the rest, or by its middle in the other case. */
function pattern(random: Dice, text: string): string {
  const middle = text.slice(1, 4)
  const other = middle === middle.toUpperCase() ? middle.toLowerCase() : middle.toUpperCase()
  return random.pick([`${text.slice(0, 1)}%`, `_${text.slice(1)}`, `_${other}%`, `%${other}%`])
}

/** Primary keys are filtered by whatever comes: here it gets the type of its field. */
function fitting(field: Field, value: unknown): unknown {
  if (field.type === "int") return Number.isInteger(value) ? value : 2
  return field.type === "string" || field.type === "text" ? String(value) : value
}

function filterText({ field, operator, value }: ModelFilter): string {
  const text = Array.isArray(value) ? value.map((each) => String(fitting(field, each))).join(",") : String(value)
  return `${field.name}:${operator}:${text}`
}

function filterObject(filters: readonly ModelFilter[]): Record<string, unknown> {
  const object: Record<string, Record<string, unknown>> = {}
  for (const { field, operator, value } of filters) {
    const fit = Array.isArray(value) ? value.map((each) => fitting(field, each)) : value
    object[field.name] = { ...object[field.name], [`$${operator}`]: fit }
  }
  return object
}

function modelExpand(schema: Schema, collection: string, random: Dice): string[] {
  const paths: string[] = []
  for (let count = random.pick([0, 0, 1, 2]); count > 0; count -= 1) {
    const words: string[] = []
    let at = collection
    for (let depth = 1 + random.below(3); depth > 0; depth -= 1) {
      const relation = random.pick(schema.relations.get(at) ?? [])
      words.push(relation.name)
      at = relation.collection
    }
    paths.push(words.join("."))
  }
  return paths
}
