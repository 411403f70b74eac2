import { stepSql } from "../storage/database.ts"
import type { Row } from "../storage/database.ts"
import type { ReadAccess } from "./access.ts"
import { rowAccessSql } from "./access-sql.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import type { Expansion } from "./expand.ts"
import { joinSql, slotSql, sql } from "./fragment.ts"
import type { Fragment } from "./fragment.ts"
import { QueryProblems } from "./query-problems.ts"
import type { RecordLimits } from "./records.ts"
import { relatedSql } from "./related-sql.ts"
import { quoteName } from "../../lib/sql-name.ts"

/**
 * How many documents an answer holds, expanded ones included. Back relations multiply: three levels of them could bring
 * a million documents to each one of a page. Where the limits alone do not keep an answer small, its documents are
 * counted before it is made, and counting stops at the limit.
 */
export function answerCouldBeLarge(expansions: readonly Expansion[], count: number, limits: RecordLimits): boolean {
  return expansions.length > 0 && count * (1 + expandedDocumentsMax(expansions, limits)) > limits.answerDocumentMax
}

function expandedDocumentsMax(expansions: readonly Expansion[], limits: RecordLimits): number {
  let sum = 0
  for (const { relation, children } of expansions) {
    const each = relation.kind === "back" ? limits.backRelationMax : 1
    sum += each * (1 + expandedDocumentsMax(children, limits))
  }
  return sum
}

/** What is counted: the documents of a collection with what is expanded of them, as somebody may read them. */
export interface CountedAnswer {
  readonly plan: CollectionPlan
  readonly expansions: readonly Expansion[]
  readonly accesses: readonly ReadAccess[]
}

/** The SQL that counts an answer's documents; `rows` gives, as `r`, the rowids of those that are expanded. */
export function answerSizeSql(answer: CountedAnswer, rows: Fragment): Fragment {
  const { levels } = levelsOf(answer, rows)
  const counts = levels.map((_, index) => `(SELECT count(*) FROM level${index})`)
  return sql`WITH ${joinSql(levels, ", ")} SELECT ${counts.join(" + ")} AS size`
}

/** The SQL that selects, as `r`, the rowids of the documents that one expansion brings into an answer. */
export function expandedRowsSql(answer: CountedAnswer, rows: Fragment, index: number): Fragment {
  const { levels, levelOf } = levelsOf(answer, rows)
  return sql`WITH ${joinSql(levels, ", ")} SELECT DISTINCT r FROM ${levelOf.get(index)!}`
}

/** The rowids of each expansion, as tables that build on one another, and their names. */
function levelsOf({ plan, expansions, accesses }: CountedAnswer, rows: Fragment) {
  const levels = [sql`level0(r) AS MATERIALIZED (${rows})`]
  const levelOf = new Map([[0, "level0"]])
  const add = (parent: Parent, children: readonly Expansion[]): void => {
    for (const expansion of children) {
      const level = `level${levels.length}`
      levelOf.set(expansion.index, level)
      levels.push(sql`${level}(r) AS MATERIALIZED (${relatedRowsSql(parent, accesses, expansion)})`)
      add({ plan: expansion.target, index: expansion.index, level }, expansion.children)
    }
  }
  add({ plan, index: 0, level: "level0" }, expansions)
  return { levels, levelOf }
}

interface Parent {
  readonly plan: CollectionPlan
  readonly index: number
  /** The table of its rowids. */
  readonly level: string
}

function relatedRowsSql(
  { plan, index, level }: Parent,
  accesses: readonly ReadAccess[],
  expansion: Expansion,
): Fragment {
  const { backRelationMax, answerDocumentMax } = plan.limits
  const { relation, target } = expansion
  const related = { parent: { access: accesses[index]!, index }, accesses, expansion, alias: "p" }
  const isBack = relation.kind === "back"
  const { match, conditions } = relatedSql(plan, related, isBack ? "x" : "c")
  const where = joinSql([...(isBack ? [sql`${stepSql}`] : []), match, ...conditions], " AND ")
  const first = sql`SELECT x.rowid FROM ${target.table} AS x WHERE ${where} ORDER BY x.${quoteName(target.key.name)} LIMIT ${backRelationMax}`
  const found = isBack ? sql`c.rowid IN (${first})` : where
  const parents = `${level} CROSS JOIN ${plan.table} AS p ON p.rowid = ${level}.r`
  return sql`SELECT c.rowid FROM ${parents} CROSS JOIN ${target.table} AS c ON ${found} LIMIT ${answerDocumentMax + 1}`
}

/** Refuses an answer by the row that the SQL of answerSizeSql gave. */
export function requireSmallAnswer(row: Row | undefined, limits: RecordLimits): void {
  if (Number(row?.["size"] ?? 0) <= limits.answerDocumentMax) return
  const problems = new QueryProblems()
  problems.query(
    "TOO_MANY",
    `With this "expand" the answer would hold more than ${limits.answerDocumentMax} documents.`,
    "Ask for a smaller limit, or follow fewer back relations one after the other.",
  )
  problems.throwIfAny()
}

/** A document's own size query, by its primary key. */
export function documentSizeSql(answer: CountedAnswer): Fragment {
  const { plan, accesses } = answer
  const byKey = slotSql("key", `t.${quoteName(plan.key.name)} = ?`)
  const where = joinSql([byKey, ...rowAccessSql({ access: accesses[0]!, index: 0 }, "t")], " AND ")
  return answerSizeSql(answer, sql`SELECT t.rowid AS r FROM ${plan.table} AS t WHERE ${where}`)
}
