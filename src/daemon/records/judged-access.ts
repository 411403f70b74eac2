import type { CompiledReadRule, Narrowed, RowCondition, StoredRow } from "../../rules/rules.ts"
import type { Caller } from "../caller.ts"
import type { ReadAccess } from "./access.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { isInScope } from "./key-scope.ts"
import { narrowAccess } from "./read-access.ts"

/**
 * Read rules that are no SQL, of collections that say `read_in_memory: true`. The rows that a request could show are
 * read first, at most `candidateCountMax`, and judged one by one; what they come to is a condition again: the row is
 * one of these. So everything that holds for conditions holds here too.
 */
export const candidateCountMax = 1_000

/** A row with its rowid, under a name that no field has. */
export type CandidateRow = StoredRow & { readonly [rowidColumn]: number }

export const rowidColumn = "$rowid"

/** Whether rows have to be judged one by one for a caller. */
export function isJudged({ collection, judgesRows }: CollectionPlan, caller: Caller): boolean {
  return judgesRows && !caller.isAdmin && isInScope(caller, collection.name, "read")
}

/** Whether a rule has to be judged row by row. */
export function judgesRow(rule: CompiledReadRule | null): boolean {
  return rule !== null && rule.constant === null && !rule.isSql
}

/** What is seen as far as rules are SQL: at least what the caller may read, so it is only for finding candidates. */
export function candidateAccess({ rules }: CollectionPlan, caller: Caller): ReadAccess {
  return narrowAccess(rules, caller, () => "all")
}

/** What the caller may read of these rows; of all others nothing. */
export function judgedAccess({ rules }: CollectionPlan, caller: Caller, rows: readonly CandidateRow[]): ReadAccess {
  return narrowAccess(rules, caller, (rule): Narrowed => {
    const held = rows.filter((row) => rule.holds(caller, { doc: row }))
    return isOneOfRows(held.map((row) => row[rowidColumn]))
  })
}

/** Rowids go as one value, so that there is one statement however many there are. */
function isOneOfRows(rowids: readonly number[]): RowCondition {
  return {
    shape: "rows",
    values: [JSON.stringify(rowids)],
    sql: (alias) => `${alias}.rowid IN (SELECT value FROM json_each(?))`,
    equalities: [],
    fields: [],
  }
}
