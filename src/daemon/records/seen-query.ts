import type { Narrowed } from "../../rules/rules.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { Caller } from "../caller.ts"
import type { ReadAccess } from "./access.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import type { Condition } from "./condition.ts"
import { forbiddenFields, requireSortableFields } from "./forbidden-fields.ts"
import type { ListQuery } from "./list-query.ts"
import { viewFor, viewWith } from "./view.ts"
import type { View } from "./view.ts"

/** What rows have to fulfil; of equal shape are those that differ only in their values. */
export type SearchCondition = Pick<Condition, "shape" | "values" | "sql">

/** A list as one caller sees it. */
export interface SeenQuery {
  readonly query: ListQuery
  readonly view: View
  /** The filters of the query, each only where its field may be read, and the condition on the rows. */
  readonly conditions: readonly SearchCondition[]
  /** True when the caller may read no document at all. */
  readonly isEmpty: boolean
  /** The sort values of the document that a walk goes on after where others follow that nobody has judged yet. */
  readonly goesOnAfter: readonly StoredValue[] | null
}

/** Restricts a list to what the caller may read; throws FORBIDDEN_FIELD where it would tell what they may not. */
export function seenQuery(plan: CollectionPlan, query: ListQuery, caller: Caller): SeenQuery {
  return restricted(plan, query, viewFor(query.selection, caller))
}

/** Restricts a list to what somebody with these accesses may read. */
export function seenQueryWith(plan: CollectionPlan, query: ListQuery, accesses: readonly ReadAccess[]): SeenQuery {
  return restricted(plan, query, viewWith(query.selection, accesses))
}

function restricted(plan: CollectionPlan, query: ListQuery, view: View): SeenQuery {
  const access = view.accesses[0]!
  requireFilterableFields(plan, access, query.conditions)
  requireSortableFields(
    plan,
    access,
    query.keys.map(({ field }) => field),
  )
  const filters = query.conditions.map((condition) => guarded(condition, access.field(condition.field)))
  const isEmpty = access.rows === "none"
  // SQLite judges in the order written: how long a filter takes must tell nothing of rows that are hidden.
  return { query, view, isEmpty, goesOnAfter: null, conditions: [...rowCondition(access.rows), ...filters] }
}

function requireFilterableFields(plan: CollectionPlan, access: ReadAccess, conditions: readonly Condition[]): void {
  const hidden = conditions.map(({ field }) => field).filter((field) => access.field(field) === "none")
  if (hidden.length > 0) throw forbiddenFields(plan, { use: "filter by", fields: hidden })
}

/** A filter finds only documents in which the caller sees its field: else it would tell what is in the others. */
function guarded(condition: Condition, seen: Narrowed): SearchCondition {
  if (typeof seen === "string") return condition
  return {
    shape: `${condition.shape}?${seen.shape}`,
    values: [...seen.values, ...condition.values],
    sql: (alias) => `((${seen.sql(alias)}) AND ${condition.sql(alias)})`,
  }
}

function rowCondition(rows: Narrowed): SearchCondition[] {
  if (rows === "all") return []
  if (rows === "none") return [{ shape: "rows:none", values: [], sql: () => "0" }]
  const { shape, values } = rows
  return [{ shape: `rows:${shape}`, values, sql: (alias) => `(${rows.sql(alias)})` }]
}
