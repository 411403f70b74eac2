import type { Caller } from "../caller.ts"
import type { ReadAccess } from "./access.ts"
import { rowAccessSql } from "./access-sql.ts"
import { answerCouldBeLarge, documentSizeSql } from "./answer-size.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { documentSql } from "./document-sql.ts"
import { requireReadableRelations, requireReadableFields } from "./forbidden-fields.ts"
import { joinSql, slotSql, sql } from "./fragment.ts"
import type { Fragment } from "./fragment.ts"
import { readAccess } from "./read-access.ts"
import type { Selection } from "./selection.ts"
import { quoteName } from "../../lib/sql-name.ts"

/** A selection as one caller sees it. */
export interface View {
  readonly plan: CollectionPlan
  readonly selection: Selection
  /** Of the collection itself, then of every expansion by its index. */
  readonly accesses: readonly ReadAccess[]
  readonly statements: ViewStatements
}

/** The SQL of a view: the same for all callers whose accesses have equal shapes. */
export interface ViewStatements {
  /** Equal for equal selections and shapes. */
  readonly key: string
  /** Selects `doc`, the JSON of the document with a primary key, if the caller may read it. */
  readonly byKey: Fragment
  /** Counts, as `size`, the documents of that answer; null when they cannot be too many. */
  readonly sizeByKey: Fragment | null
  /** The JSON of a row under the alias `d`. */
  readonly row: Fragment
}

/** Shows a selection to a caller; throws FORBIDDEN_FIELD where it asks for what the caller may never read. */
export function viewFor(selection: Selection, caller: Caller): View {
  if (selection.key === "") return plainViewFor(selection, caller)
  return viewWith(
    selection,
    selection.plans.map((plan) => readAccess(plan, caller)),
  )
}

/** Nearly every request asks for nothing special, and most come from a session that asked before. */
function plainViewFor(selection: Selection, caller: Caller): View {
  const { plan } = selection
  const access = readAccess(plan, caller)
  const known = plan.plainViews.get(access)
  if (known !== undefined) return known
  const view = viewWith(selection, [access])
  plan.plainViews.set(access, view)
  return view
}

/** Shows a selection to whoever has these accesses. */
export function viewWith(selection: Selection, accesses: readonly ReadAccess[]): View {
  const { plan } = selection
  let { key } = selection
  for (const { shape } of accesses) key += `|${shape}`
  return { plan, selection, accesses, statements: plan.views.get(key, () => makeStatements(selection, accesses, key)) }
}

function makeStatements(selection: Selection, accesses: readonly ReadAccess[], key: string): ViewStatements {
  const { plan, fields, expansions } = selection
  if (selection.namesFields) requireReadableFields(plan, accesses[0]!, fields)
  requireReadableRelations(selection, accesses)
  const row = documentSql({ plan, fields, expansions, accesses, index: 0 }, "d")
  const byKey = slotSql("key", `d.${quoteName(plan.key.name)} = ?`)
  const where = joinSql([byKey, ...rowAccessSql({ access: accesses[0]!, index: 0 }, "d")], " AND ")
  const couldBeLarge = answerCouldBeLarge(expansions, 1, plan.limits)
  return {
    key,
    row,
    byKey: sql`SELECT ${row} AS doc FROM ${plan.table} AS d WHERE ${where}`,
    sizeByKey: couldBeLarge ? documentSizeSql({ plan, expansions, accesses }) : null,
  }
}
