import { evaluationWorkMax } from "../../rules/limits.ts"
import type { CompiledReadRule, RowCondition, RuleWork, StoredRow } from "../../rules/rules.ts"
import type { Caller } from "../caller.ts"
import type { ReadAccess } from "./access.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { isInScope } from "./key-scope.ts"
import { narrowAccess, readRulesOf } from "./read-access.ts"

/**
 * Read rules that are no SQL, of collections that say `read_in_memory: true`. The rows that a request could show are
 * read first, at most `candidateCountMax`, and judged one by one; what they come to is a condition again: the row is
 * one of these. So everything that holds for conditions holds here too.
 */
export const candidateCountMax = 1_000

/**
 * The steps of all evaluations of one request, some 20 ms: what is judged together belongs to one state, so nobody else
 * gets a turn meanwhile. Rows after that are as those beyond `candidateCountMax`.
 */
export const judgingWorkMax = 2 * evaluationWorkMax

/** Rows that were judged. */
export interface JudgedRows {
  /** What the caller may read of them; of all others nothing. */
  readonly access: ReadAccess
  /** How many of the rows were judged, from the first on. */
  readonly judgedCount: number
  /** The last of them that the caller may read; what SQL can tell of it was told when the rows were found. */
  readonly lastSeen: CandidateRow | null
}

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

/** What one request has judged so far. */
export class Judging {
  readonly #work: RuleWork = { spent: 0 }
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /** Judges rows, one after the other, until the work is used up: of all others the caller sees nothing. */
  judge({ rules }: CollectionPlan, rows: readonly CandidateRow[]): JudgedRows {
    const heldBy = new Map(readRulesOf(rules).map((rule) => [rule, [] as number[]]))
    const mayAll = !judgesRow(rules.read)
    let judgedCount = 0
    let lastSeen: CandidateRow | null = null
    for (const row of rows) {
      if (this.#work.spent >= judgingWorkMax) break
      if (mayAll) lastSeen = row
      for (const [rule, held] of heldBy) {
        if (!judgesRow(rule) || !rule.holds(this.#caller, { doc: row }, this.#work)) continue
        held.push(row[rowidColumn])
        if (rule === rules.read) lastSeen = row
      }
      judgedCount += 1
    }
    const access = narrowAccess(rules, this.#caller, (rule) => isOneOfRows(heldBy.get(rule) ?? []))
    return { access, judgedCount, lastSeen }
  }
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
