import { alyxError } from "../../errors.ts"
import { valueKey } from "../../lib/value-key.ts"
import { liveLimits } from "../../protocol/realtime-api.ts"
import type { LiveQueryRequest } from "../../protocol/realtime-api.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { Schema } from "../../schema/schema.ts"
import type { Caller } from "../caller.ts"
import { collectionPlan } from "./collection-plan.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import type { Condition } from "./condition.ts"
import { parseFilter } from "./filter.ts"
import type { FilterFrame } from "./filter.ts"
import { parseFilterObject } from "./filter-object.ts"
import { requireScope } from "./key-scope.ts"
import type { SortKey } from "./order.ts"
import { QueryProblems, quoted, suggestion } from "./query-problems.ts"
import { requireLiveRules } from "./live-rules.ts"
import type { RecordLimits } from "./records.ts"
import { seenQuery } from "./seen-query.ts"
import type { SeenQuery } from "./seen-query.ts"
import { parseSelection } from "./selection.ts"
import type { Selection } from "./selection.ts"
import { parseSort } from "./sort.ts"

/** A query that is followed, understood, as one caller sees it. */
export interface LiveQuery {
  readonly plan: CollectionPlan
  readonly seen: SeenQuery
  readonly keys: readonly SortKey[]
  readonly limit: number
  /** Queries with equal keys, by whomever, have the same result in the same form. */
  readonly key: string
  /** The collection itself and those that are expanded, each once. */
  readonly collections: ReadonlySet<string>
  /** Fields that equal a value in every document of the result, now and at any time. */
  readonly equalities: readonly Equality[]
  /** Equalities of which every document of the result has at least one; null where none are known. */
  readonly alternatives: readonly Equality[] | null
}

/** A field and the only value that it has in a result. */
export interface Equality {
  readonly field: string
  readonly value: StoredValue
}

/** Who asks to follow what, on which schema. */
export interface LiveRequest {
  readonly schema: Schema
  readonly caller: Caller
  readonly query: LiveQueryRequest
}

/** Reads a query that is to be followed; throws everything that is wrong with it at once, as a list does. */
export function parseLiveQuery(limits: RecordLimits, { schema, caller, query }: LiveRequest): LiveQuery {
  const plan = collectionPlan(limits, schema, collectionName(query))
  requireScope(caller, plan.collection.name, "read")
  const problems = new QueryProblems()
  const frame = { plan, limits, problems }
  requireKnownMembers(query, problems)
  const conditions = parseConditions(frame, query.filter)
  const keys = parseSort(frame, wordsOf("sort", query.sort, problems))
  const limit = parseLimit(query.limit, problems)
  const selection = parseShown(plan, query, problems)
  problems.throwIfAny()
  requireVisibleKey(selection)
  requireLiveRules(selection.plans, caller)
  const page = { kind: "offset", limit, offset: 0 } as const
  const seen = seenQuery(plan, { conditions, keys, page, selection, skipTotal: false }, caller)
  return {
    plan,
    seen,
    keys,
    limit,
    key: keyOf(seen),
    collections: new Set(selection.plans.map(({ collection }) => collection.name)),
    equalities: equalitiesOf(seen),
    alternatives: alternativesOf(seen),
  }
}

function collectionName({ collection }: LiveQueryRequest): string {
  if (typeof collection === "string") return collection
  throw alyxError("INVALID_QUERY", {
    message: `The query names no collection.`,
    next: `Write {"collection": "posts"}.`,
  })
}

const members: ReadonlySet<string> = new Set([
  "collection",
  "filter",
  "sort",
  "limit",
  "expand",
  "fields",
  "since",
] satisfies (keyof LiveQueryRequest)[])

function requireKnownMembers(query: LiveQueryRequest, problems: QueryProblems): void {
  for (const name of Object.keys(query)) {
    if (problems.isFull) return
    if (members.has(name)) continue
    problems.query("UNKNOWN_PARAMETER", `A live query has no member ${quoted(name)}.`, suggestion(name, [...members]))
  }
}

function parseConditions(frame: FilterFrame, filter: unknown): Condition[] {
  const { limits, problems } = frame
  if (filter === undefined || filter === null) return []
  if (!isTextList(filter)) {
    if (typeof filter === "object" && !Array.isArray(filter)) {
      return parseFilterObject(frame, filter as Readonly<Record<string, unknown>>)
    }
    problems.filter("MALFORMED", `"filter" must be an object, or a list of texts of the form field:operator:value.`)
    return []
  }
  if (filter.length > limits.filterCountMax) {
    problems.query("TOO_MANY", `The query has ${filter.length} filters; the limit is ${limits.filterCountMax}.`)
    return []
  }
  return filter.map((text) => parseFilter(frame, text)).filter((condition) => condition !== undefined)
}

/** Reads a list of words, or the same as one text with commas. */
function wordsOf(name: string, value: unknown, problems: QueryProblems): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === "string") return value
  if (isTextList(value)) return value.join(",")
  problems.query("MALFORMED", `"${name}" must be a text or a list of texts.`)
  return undefined
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string")
}

function parseLimit(value: unknown, problems: QueryProblems): number {
  const { limitDefault, limitMax } = liveLimits
  if (value === undefined || value === null) return limitDefault
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= limitMax) return Number(value)
  const given = quoted(typeof value === "string" ? value : JSON.stringify(value))
  problems.query("OUT_OF_RANGE", `"limit" must be a whole number from 1 to ${limitMax}, not ${given}.`)
  return limitDefault
}

/** The primary key is always shown: changes name documents by it. */
function parseShown(plan: CollectionPlan, query: LiveQueryRequest, problems: QueryProblems): Selection {
  const parameters = new Map<string, string>()
  const fields = wordsOf("fields", query.fields, problems)
  const expand = wordsOf("expand", query.expand, problems)
  if (fields !== undefined && fields !== "") {
    const names = fields.split(",")
    parameters.set("fields", names.includes(plan.key.name) ? fields : [plan.key.name, ...names].join(","))
  }
  if (expand !== undefined && expand !== "") parameters.set("expand", expand)
  return parseSelection(plan, parameters, problems)
}

function requireVisibleKey({ plan, expansions }: Selection): void {
  if (expansions.every(({ relation }) => relation.name !== plan.key.name)) return
  throw alyxError("INVALID_QUERY", {
    message: `"expand" would put a document in the place of ${plan.key.name}, the primary key of ${plan.collection.name}.`,
    next: "Leave it out: a live query names documents by their primary key.",
  })
}

/** The order of filters means nothing; everything else of a query does. */
function keyOf({ query, view, conditions }: SeenQuery): string {
  const filters = conditions.map(({ shape, values }) => JSON.stringify([shape, ...values.map(valueKey)])).toSorted()
  const sort = query.keys.map(({ field, descending }) => (descending ? `-${field.name}` : field.name))
  const accesses = view.accesses.map(({ key }) => key)
  return JSON.stringify([view.plan.collection.name, filters, sort, query.page.limit, view.selection.key, accesses])
}

function equalitiesOf({ query, view }: SeenQuery): Equality[] {
  const found: Equality[] = []
  for (const { field, operator, values, shape } of query.conditions) {
    if (operator !== "eq") continue
    const [value] = values
    if (value !== undefined) found.push({ field: field.name, value })
    else if (shape.endsWith(":null")) found.push({ field: field.name, value: null })
  }
  const rows = view.accesses[0]?.rows
  if (typeof rows === "object") found.push(...rows.equalities)
  return found
}

function alternativesOf({ view }: SeenQuery): readonly Equality[] | null {
  const rows = view.accesses[0]?.rows
  return typeof rows === "object" ? (rows.alternatives ?? null) : null
}
