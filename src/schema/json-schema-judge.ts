import { _ } from "ajv"
import type { CodeKeywordDefinition, FuncKeywordDefinition, ValidateFunction } from "ajv"

import { isJsonObject } from "../lib/json-object.ts"
import { jsonSchemaFaultSentence, makeAjv } from "./json-schema-compile.ts"
import { schemaKeywords, schemaMapKeywords } from "./json-schema-keywords.ts"
import { JsonSchemaWork, WorkExceeded } from "./json-schema-work.ts"
import { documentProblemCountMax, jsonSchemaListingWorkMax, jsonSchemaWorkMax } from "./limits.ts"
import { compileLinearPattern } from "./linear-pattern.ts"
import type { JsonValue } from "./schema.ts"
import { hasUniqueItems } from "./unique-items.ts"

/** Says what is wrong with a value, each fault as the end of a sentence; nothing when it fits. */
export type JsonSchemaJudge = (value: unknown) => readonly string[]

/**
 * Compiles a JSON Schema that was judged before into a judge whose work is bounded. The first run stops at the first
 * fault; what failed is judged again for the list of faults, unless that would take long.
 */
export function compileJsonSchemaJudge(schema: JsonValue): JsonSchemaJudge {
  const work = new JsonSchemaWork()
  const judge = compileMetered(schema, { work, allErrors: false })
  const judgeAll = compileMetered(schema, { work, allErrors: true })
  return (value) => {
    work.begin(jsonSchemaWorkMax)
    const fits = withinWork(judge, value)
    if (fits === true) return []
    if (fits === null) return ["takes too much work to hold against its JSON Schema; make it smaller"]
    work.begin(jsonSchemaListingWorkMax)
    const errors = withinWork(judgeAll, value) === null ? judge.errors : judgeAll.errors
    return (errors ?? []).slice(0, documentProblemCountMax).map(jsonSchemaFaultSentence)
  }
}

/** Null when the value took too much work. */
function withinWork(judge: ValidateFunction, value: unknown): boolean | null {
  try {
    return judge(value)
  } catch (error) {
    if (error instanceof WorkExceeded) return null
    throw error
  }
}

interface Metering {
  readonly work: JsonSchemaWork
  readonly allErrors: boolean
}

function compileMetered(schema: JsonValue, { work, allErrors }: Metering): ValidateFunction {
  const ajv = makeAjv(schema, { allErrors, code: { regExp: meteredPatterns(work) } })
  ajv.removeKeyword("uniqueItems")
  ajv.addKeyword(uniqueItems(work))
  ajv.addKeyword(meter(work))
  return ajv.compile(metered(schema) as object)
}

/** Ajv tells patterns apart by toString. */
function meteredPatterns(work: JsonSchemaWork) {
  const engine = (pattern: string) => {
    const compiled = compileLinearPattern(pattern)
    const test = (text: string): boolean => {
      work.spend(compiled.size * (text.length + 1))
      return compiled.test(text)
    }
    return { test, toString: () => pattern }
  }
  return Object.assign(engine, { code: "compileLinearPattern" })
}

/** Ajv's own compares each item with each other one. */
function uniqueItems(work: JsonSchemaWork): FuncKeywordDefinition {
  return {
    keyword: "uniqueItems",
    type: "array",
    schemaType: "boolean",
    validate: (isUnique: boolean, items: readonly unknown[]) => !isUnique || hasUniqueItems(items, work),
    error: { message: "must NOT have duplicate items" },
  }
}

const meterKeyword = "alyxMeter"

interface Meter {
  /** The steps of the schema whatever the value. */
  readonly steps: number
  readonly visitsKeys: boolean
}

/** A keyword that each schema within a metered one has: it counts the size of that schema and of what it is held against. */
function meter(work: JsonSchemaWork): CodeKeywordDefinition {
  return {
    keyword: meterKeyword,
    schemaType: "object",
    // Otherwise a const that does not fit would end the schema before it was counted.
    before: "const",
    code: ({ gen, schema, data }) => {
      const { steps, visitsKeys } = schema as Meter
      const spend = (value: unknown): void => work.spend(steps + sizeOf(value, visitsKeys))
      gen.code(_`${gen.scopeValue("func", { ref: spend })}(${data})`)
    },
  }
}

function sizeOf(value: unknown, visitsKeys: boolean): number {
  if (typeof value === "string") return value.length >> 1
  if (Array.isArray(value)) return value.length
  return visitsKeys && typeof value === "object" && value !== null ? stepsOfKey * Object.keys(value).length : 0
}

const stepsOfSchema = 4

/** A large object is a hash table, in which each key costs a search. */
const stepsOfKey = 20

type JsonMap = { readonly [key: string]: JsonValue }

/** Puts the meter into a schema and into each schema inside it; one that allows everything needs none. */
function metered(schema: JsonValue): JsonValue {
  if (Array.isArray(schema)) return schema.map(metered)
  if (!isJsonObject(schema) || Object.keys(schema).length === 0) return schema
  const visitsKeys = keyVisitors.some((keyword) => Object.hasOwn(schema, keyword))
  const steps = stepsOfSchema + (JSON.stringify(withoutInnerValues(schema)).length >> 2)
  const entries = Object.entries(schema).map(([keyword, value]) => {
    if (schemaKeywords.includes(keyword)) return [keyword, metered(value)]
    if (!schemaMapKeywords.includes(keyword) || !isJsonObject(value)) return [keyword, value]
    // The list in `dependencies: { a: [b] }` holds names.
    const inner = Object.entries(value).map(([name, each]) => [name, Array.isArray(each) ? each : metered(each)])
    return [keyword, Object.fromEntries(inner)]
  })
  return { ...Object.fromEntries(entries), [meterKeyword]: { steps, visitsKeys } }
}

const keyVisitors = [
  "additionalProperties",
  "patternProperties",
  "propertyNames",
  "unevaluatedProperties",
  "minProperties",
  "maxProperties",
]

/** Schemas under these are held against the items and members of a value, and counted there. */
const innerSchemas = [
  ...keyVisitors,
  "contains",
  "additionalItems",
  "items",
  "unevaluatedItems",
  "prefixItems",
  "properties",
]

function withoutInnerValues(schema: JsonMap): JsonMap {
  const entries = Object.entries(schema).map(([keyword, value]) => {
    return [keyword, innerSchemas.includes(keyword) && typeof value === "object" ? Object.keys(value ?? {}) : value]
  })
  return Object.fromEntries(entries)
}
