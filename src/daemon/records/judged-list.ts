import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { Field } from "../../schema/schema.ts"
import type { Caller } from "../caller.ts"
import type { ReadAccess } from "./access.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { isCostly } from "./condition.ts"
import type { Bound, Fragment } from "./fragment.ts"
import { Judging, candidateAccess, candidateCountMax, isJudged, judgesRow } from "./judged-access.ts"
import type { CandidateRow } from "./judged-access.ts"
import { candidatesQuery, judgedExpansions } from "./judged-candidates.ts"
import type { ListQuery } from "./list-query.ts"
import { readAccess } from "./read-access.ts"
import { readAside } from "./read-aside.ts"
import { boundStatements, keysetOf, readList } from "./read-list.ts"
import type { RecordParts } from "./records.ts"
import { seenQueryWith } from "./seen-query.ts"
import { plainSelection } from "./selection.ts"

/** A list of which rows have to be judged one by one. */
export interface JudgedList {
  readonly plan: CollectionPlan
  readonly query: ListQuery
  readonly caller: Caller
}

/**
 * Reads a list whose rules are no SQL. Page and total are those of the first documents, which are judged one by one; the
 * answer says with `truncated` whether there were more.
 */
export async function readJudgedList(parts: RecordParts, list: JudgedList): Promise<string> {
  const { plan, caller } = list
  const accesses = list.query.selection.plans.map((each) => readAccess(each, caller))
  const judging = new Judging(caller)
  const judged = isJudged(plan, caller) ? await judgeCandidates(parts, list, judging) : null
  if (judged !== null) accesses[0] = judged.access
  const query = judged === null ? list.query : withinJudged(list, judged)
  const { page } = query
  const { limit } = page
  const cut = page.kind === "offset" ? [limit, page.offset] : [limit]
  const { rowids, bound } = rowsOf(parts, { plan, query }, { access: accesses[0]!, cut })
  const seenAccesses = parts.database.read((reader) => {
    const { selection } = query
    return judgedExpansions(reader, { selection, caller, judging, rows: rowids, bound: { ...bound, accesses } })
  })
  const seen = seenQueryWith(plan, query, seenAccesses)
  const answer = await readList(parts, plan, { ...seen, goesOnAfter: judged?.goesOnAfter ?? null })
  return judged === null ? answer : `${answer.slice(0, -1)},"truncated":${judged.isTruncated}}`
}

/**
 * Where only fields are judged, all documents could be shown. A page of a walk ends with the judged ones: the next one
 * judges those that follow.
 */
function withinJudged({ plan, query }: JudgedList, { isTruncated, judgedCount }: JudgedCandidates): ListQuery {
  const { page } = query
  if (page.kind === "offset" || !isTruncated || judgesRow(plan.rules.read)) return query
  return { ...query, page: { ...page, limit: Math.min(page.limit, judgedCount) } }
}

interface JudgedCandidates {
  readonly access: ReadAccess
  readonly judgedCount: number
  /** Whether there were more. */
  readonly isTruncated: boolean
  /** Where a walk goes on: after a document that the caller may read, and no other. */
  readonly goesOnAfter: readonly StoredValue[] | null
}

async function judgeCandidates(parts: RecordParts, list: JudgedList, judging: Judging): Promise<JudgedCandidates> {
  const { plan, query } = list
  const first = firstOf(list)
  const found = await readCandidates(parts, list, first)
  const { access, judgedCount, lastSeen } = judging.judge(plan, found.slice(0, candidateCountMax))
  const isTruncated = judgedCount < found.length
  const last = isTruncated && first.isWalked ? lastSeen : null
  return {
    access,
    judgedCount,
    isTruncated,
    goesOnAfter: last === null ? null : query.keys.map(({ field }) => last[field.name] ?? null),
  }
}

/** Which documents are judged. */
interface FirstDocuments extends Pick<ListQuery, "conditions" | "keys"> {
  /** Whether every page of a walk has documents of its own, those after its cursor. */
  readonly isWalked: boolean
}

/**
 * Which documents are judged, and whether there are more, must tell nothing of what the caller may not read. Where it is
 * documents, only the primary key may choose: another filter would tell whether they match, and another order would tell
 * by what they push out of the first ones. Where it is fields, all that does not look at these may choose.
 */
function firstOf({ plan, query }: JudgedList): FirstDocuments {
  const { conditions, keys } = query
  if (!judgesRow(plan.rules.read)) {
    const isJudgedField = (name: string): boolean => judgesRow(plan.rules.fields.get(name)?.read ?? null)
    return { conditions: conditions.filter(({ field }) => !isJudgedField(field.name)), keys, isWalked: true }
  }
  const isKey = ({ field }: { readonly field: Field }): boolean => field === plan.key
  const first = keys[0] !== undefined && isKey(keys[0])
  // What follows the primary key in a sort orders nothing.
  return { conditions: conditions.filter(isKey), keys: first ? keys : keys.filter(isKey), isWalked: first }
}

/** Reads the rows that are to be judged, as far as SQL can tell, one more than may be. */
async function readCandidates(
  parts: RecordParts,
  { plan, query, caller }: JudgedList,
  { conditions, keys, isWalked }: FirstDocuments,
): Promise<CandidateRow[]> {
  const count = candidateCountMax + 1
  const page = { kind: "cursor", limit: count, cursor: "" } as const
  const asked = { ...query, conditions, keys, page, selection: plainSelection(plan) }
  const seen = seenQueryWith(plan, asked, [candidateAccess(plan, caller)])
  const place = { keyset: isWalked ? keysetOf(plan, query) : null, cut: [count] }
  const { statements, bound } = boundStatements({ plan, database: parts.database }, seen, place)
  const fields = query.keys.map(({ field }) => field)
  const candidates = candidatesQuery(plan, { rowids: statements.rowids, bound, fields })
  const name = { text: candidates.sql, values: candidates.parameters }
  const isLong = conditions.some(isCostly)
  const here = isLong ? undefined : parts.database.readBriefly(name, (reader) => reader.all(candidates))
  if (here !== undefined) return here
  const [rows] = await readAside(parts, [candidates])
  return (rows ?? []) as unknown as CandidateRow[]
}

interface PageOfRows {
  readonly access: ReadAccess
  /** The limit and the offset. */
  readonly cut: readonly number[]
}

/** The rowids of a part of the list, for somebody with this access. */
function rowsOf(
  { database }: RecordParts,
  { plan, query }: Pick<JudgedList, "plan" | "query">,
  { access, cut }: PageOfRows,
): { readonly rowids: Fragment; readonly bound: Bound } {
  const seen = seenQueryWith(plan, { ...query, selection: plainSelection(plan) }, [access])
  const { statements, bound } = boundStatements({ plan, database }, seen, { keyset: keysetOf(plan, query), cut })
  return { rowids: statements.rowids, bound }
}
