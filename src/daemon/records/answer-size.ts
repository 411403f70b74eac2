import { stepSql } from "../storage/database.ts"
import type { Row } from "../storage/database.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import type { Expansion } from "./expand.ts"
import { QueryProblems } from "./query-problems.ts"
import type { RecordLimits } from "./records.ts"
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

/** The SQL that counts an answer's documents; `rowsSql` gives, as `r`, the rowids of those that are expanded. */
export function answerSizeSql(plan: CollectionPlan, expansions: readonly Expansion[], rowsSql: string): string {
  const levels = [`level0(r) AS MATERIALIZED (${rowsSql})`]
  const add = (parent: CollectionPlan, parentLevel: string, children: readonly Expansion[]): void => {
    for (const expansion of children) {
      const level = `level${levels.length}`
      levels.push(`${level}(r) AS MATERIALIZED (${relatedRowsSql(parent, parentLevel, expansion)})`)
      add(expansion.target, level, expansion.children)
    }
  }
  add(plan, "level0", expansions)
  const counts = levels.map((_, index) => `(SELECT count(*) FROM level${index})`)
  return `WITH ${levels.join(", ")} SELECT ${counts.join(" + ")} AS size`
}

function relatedRowsSql(parent: CollectionPlan, parentLevel: string, { relation, target }: Expansion): string {
  const { backRelationMax, answerDocumentMax } = parent.limits
  const local = `p.${quoteName(relation.localField)}`
  const foreign = quoteName(relation.foreignField)
  const first =
    `SELECT x.rowid FROM ${target.table} AS x WHERE ${stepSql} AND x.${foreign} = ${local} ` +
    `ORDER BY x.${quoteName(target.key.name)} LIMIT ${backRelationMax}`
  const match = relation.kind === "back" ? `c.rowid IN (${first})` : `c.${foreign} = ${local}`
  return (
    `SELECT c.rowid FROM ${parentLevel} CROSS JOIN ${parent.table} AS p ON p.rowid = ${parentLevel}.r ` +
    `CROSS JOIN ${target.table} AS c ON ${match} LIMIT ${answerDocumentMax + 1}`
  )
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
export function documentSizeSql(plan: CollectionPlan, expansions: readonly Expansion[]): string {
  const key = `t.${quoteName(plan.key.name)}`
  return answerSizeSql(plan, expansions, `SELECT t.rowid AS r FROM ${plan.table} AS t WHERE ${key} = ?`)
}
