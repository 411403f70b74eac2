import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { parseFilter, parseShortFilter } from "./filter.ts"
import type { Condition } from "./condition.ts"
import type { FilterFrame } from "./filter.ts"
import { parseFilterObject } from "./filter-object.ts"
import type { SortKey } from "./order.ts"
import { parsePage } from "./page.ts"
import type { Page } from "./page.ts"
import { listParameters, sortParameters, unknownParameter } from "./parameters.ts"
import type { Parameters } from "./parameters.ts"
import { QueryProblems, quoted } from "./query-problems.ts"
import type { QueryPairs } from "./records.ts"
import { parseSelection } from "./selection.ts"
import type { Selection } from "./selection.ts"
import { parseSort } from "./sort.ts"

/** A list, understood: everything in it is known to the schema and every value fits its field. */
export interface ListQuery {
  readonly conditions: readonly Condition[]
  readonly keys: readonly SortKey[]
  readonly page: Page
  readonly selection: Selection
  readonly skipTotal: boolean
}

/** Reads the query of a list; throws everything that is wrong with it at once. */
export function parseListQuery(
  plan: CollectionPlan,
  pairs: QueryPairs,
  filter: Readonly<Record<string, unknown>> = {},
): ListQuery {
  const problems = new QueryProblems()
  const frame = { plan, limits: plan.limits, problems }
  const parameters = sortParameters(pairs, listParameters, problems)
  const { single } = parameters
  const conditions = [...parseConditions(frame, parameters), ...parseFilterObject(frame, filter)]
  const keys = parseSort(frame, single.get("sort"))
  const page = parsePage(single, plan.limits, problems)
  const selection = parseSelection(plan, single, problems)
  const skipTotal = parseFlag("skipTotal", single.get("skipTotal"), problems)
  problems.throwIfAny()
  return { conditions, keys, page, selection, skipTotal }
}

/** The values of all conditions, in the order of their placeholders. */
export function conditionValues(conditions: readonly Pick<Condition, "values">[]): StoredValue[] {
  return conditions.flatMap(({ values }) => values)
}

function parseConditions(frame: FilterFrame, { filters, others }: Parameters): Condition[] {
  const { plan, limits, problems } = frame
  const count = filters.length + others.length
  if (count > limits.filterCountMax) {
    problems.query("TOO_MANY", `The query has ${count} filters; the limit is ${limits.filterCountMax}.`)
    return []
  }
  const conditions: Condition[] = []
  const keep = (condition: Condition | undefined): void => {
    if (condition !== undefined) conditions.push(condition)
  }
  for (const text of filters) keep(parseFilter(frame, text))
  for (const [name, value] of others) {
    const field = plan.fields.get(name)
    if (field !== undefined) keep(parseShortFilter(frame, field, value))
    else unknownParameter(name, [...listParameters, "filter", ...plan.fields.keys()], problems)
  }
  return conditions
}

function parseFlag(name: string, text: string | undefined, problems: QueryProblems): boolean {
  if (text === undefined || text === "false") return false
  if (text === "true" || text === "") return true
  problems.query("MALFORMED", `"${name}" must be true or false, not ${quoted(text)}.`)
  return false
}
