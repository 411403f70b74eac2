import { sqlQuery } from "../storage/database.ts"
import type { Query, Reader } from "../storage/database.ts"
import type { Caller } from "../caller.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { Field } from "../../schema/schema.ts"
import type { ReadAccess } from "./access.ts"
import { expandedRowsSql } from "./answer-size.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { slotSql, sql, valuesOf } from "./fragment.ts"
import type { Bound, Fragment } from "./fragment.ts"
import { Judging, candidateAccess, candidateCountMax, isJudged, rowidColumn } from "./judged-access.ts"
import type { CandidateRow } from "./judged-access.ts"
import { readRulesOf } from "./read-access.ts"
import type { Selection } from "./selection.ts"
import { viewWith } from "./view.ts"
import type { View } from "./view.ts"
import { quoteName } from "../../lib/sql-name.ts"

/** Whether anything that a selection shows has to be judged row by row for the caller. */
export function showsJudged({ plans }: Selection, caller: Caller): boolean {
  return !caller.isAdmin && plans.some((plan) => isJudged(plan, caller))
}

/** Which rows are to be judged. */
export interface Candidates {
  readonly rowids: Fragment
  readonly bound: Bound
  /** What is read of them besides what the rules look at. */
  readonly fields: readonly Field[]
}

/** The query of the rows that are to be judged; one more than the limit tells that there are more. */
export function candidatesQuery(plan: CollectionPlan, { rowids, bound, fields }: Candidates): Query<CandidateRow> {
  const rows = sql`(SELECT r FROM (${rowids}) LIMIT ${candidateCountMax + 1})`
  const columns = [`c.rowid AS ${quoteName(rowidColumn)}`, ...judgedColumns(plan, fields)].join(", ")
  const query = sql`SELECT ${columns} FROM ${rows} AS p CROSS JOIN ${plan.table} AS c ON c.rowid = p.r`
  return sqlQuery(query.sql, valuesOf(query, bound))
}

/** Only what the rules look at is read: documents may be large. */
function judgedColumns({ rules, collection }: CollectionPlan, fields: readonly Field[]): string[] {
  const mentioned = new Set(readRulesOf(rules).flatMap(({ mentions }) => mentions.doc))
  for (const { name } of fields) mentioned.add(name)
  const names = mentioned.has("") ? collection.fields.keys() : mentioned
  return Array.from(names, (name) => `c.${quoteName(name)}`)
}

/** The view of one document, with its row and what is expanded of it judged. */
export function judgedView(reader: Reader, view: View, caller: Caller, key: StoredValue): View {
  const { plan, selection } = view
  if (!showsJudged(selection, caller)) return view
  const byKey = slotSql("key", `t.${quoteName(plan.key.name)} = ?`)
  const rows = sql`SELECT t.rowid AS r FROM ${plan.table} AS t WHERE ${byKey}`
  const bound = { accesses: view.accesses, slots: { key: [key] } }
  const accesses = [...view.accesses]
  const judging = new Judging(caller)
  if (isJudged(plan, caller)) {
    const found = reader.all(candidatesQuery(plan, { rowids: rows, bound, fields: [] }))
    accesses[0] = judging.judge(plan, found).access
  }
  const documents = { selection, caller, judging, rows, bound: { ...bound, accesses } }
  return viewWith(selection, judgedExpansions(reader, documents))
}

/** Documents whose expansions are judged. */
export interface JudgedDocuments {
  readonly selection: Selection
  readonly caller: Caller
  readonly judging: Judging
  /** Gives their rowids, as `r`. */
  readonly rows: Fragment
  readonly bound: Bound
}

/** The accesses of a request, with what its documents bring with them judged: first parents, then what they bring. */
export function judgedExpansions(reader: Reader, documents: JudgedDocuments): ReadAccess[] {
  const { selection, caller, judging, rows, bound } = documents
  const { plan, plans, expansions } = selection
  const accesses = [...bound.accesses]
  for (const [index, target] of plans.entries()) {
    if (index === 0 || !isJudged(target, caller)) continue
    accesses[index] = candidateAccess(target, caller)
    const rowids = expandedRowsSql({ plan, expansions, accesses }, rows, index)
    const found = reader.all(candidatesQuery(target, { rowids, bound: { ...bound, accesses }, fields: [] }))
    accesses[index] = judging.judge(target, found.slice(0, candidateCountMax)).access
  }
  return accesses
}
