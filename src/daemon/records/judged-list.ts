import type { Caller } from "../caller.ts"
import type { ReadAccess } from "./access.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { isCostly } from "./condition.ts"
import type { Bound, Fragment } from "./fragment.ts"
import { candidateAccess, candidateCountMax, isJudged, judgedAccess } from "./judged-access.ts"
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
 * Reads a list whose rules are no SQL. The first documents that the filters find, in the order of the sort and after
 * the cursor, are judged; page and total are those of the documents among them that may be read. The answer says with
 * `truncated` whether there were more than could be judged.
 */
export async function readJudgedList(parts: RecordParts, list: JudgedList): Promise<string> {
  const { plan, query, caller } = list
  const accesses = query.selection.plans.map((each) => readAccess(each, caller))
  let isTruncated = false
  if (isJudged(plan, caller)) {
    const rows = await readCandidates(parts, list)
    isTruncated = rows.length > candidateCountMax
    accesses[0] = judgedAccess(plan, caller, rows.slice(0, candidateCountMax))
  }
  const { page } = query
  const { limit } = page
  const cut = page.kind === "offset" ? [limit, page.offset] : [limit]
  const { rowids, bound } = rowsOf(parts, { plan, query }, { access: accesses[0]!, cut })
  const judged = parts.database.read((reader) => {
    const { selection } = query
    return judgedExpansions(reader, { selection, caller, rows: rowids, bound: { ...bound, accesses } })
  })
  const answer = await readList(parts, plan, { ...seenQueryWith(plan, query, judged), goesOn: isTruncated })
  return isJudged(plan, caller) ? `${answer.slice(0, -1)},"truncated":${isTruncated}}` : answer
}

/** Reads the rows that could be in the list as far as SQL can tell, one more than may be judged. */
async function readCandidates(parts: RecordParts, { plan, query, caller }: JudgedList): Promise<CandidateRow[]> {
  const count = candidateCountMax + 1
  const cut = query.page.kind === "offset" ? [count, 0] : [count]
  const { rowids, bound } = rowsOf(parts, { plan, query }, { access: candidateAccess(plan, caller), cut })
  const candidates = candidatesQuery(plan, rowids, bound)
  const name = { text: candidates.sql, values: candidates.parameters }
  const isLong = query.conditions.some(isCostly)
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
