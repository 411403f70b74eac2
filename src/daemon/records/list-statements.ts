import { stepSql } from "../storage/database.ts"
import { answerSizeSql } from "./answer-size.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import type { Keyset } from "./cursor.ts"
import { multiplies } from "./expand.ts"
import type { ListQuery } from "./list-query.ts"
import type { Page } from "./page.ts"
import { orderBySql } from "./order.ts"
import type { SortKey } from "./order.ts"
import { constraintCount, sorts } from "./query-plan.ts"
import { quoteName } from "../../lib/sql-name.ts"

/** The SQL of a list. Parameters: those of the conditions, then those of the keyset, the limit and the offset. */
export interface ListStatements {
  /** Gives `docs`, the page's documents as JSON joined by commas, or, for a cursor, a row a document. */
  readonly pageSql: string
  /** Gives `total`. Parameters: those of the conditions. */
  readonly totalSql: string
  /** Counts, as `size`, the documents of the answer, expanded ones too. Parameters: those of the page. */
  readonly sizeSql: string | null
  /** The same where others wait, if that may look at many rows: it can be given up. */
  readonly watched: Pick<ListStatements, "pageSql" | "totalSql"> | null
  /** Gives `total` as long as it is at most `totalHereMax`; null when totalSql is quick, or is watched. */
  readonly totalHereSql: string | null
}

/** An index is counted this far where others wait: in a third of a millisecond. */
export const totalHereMax = 10_000

/** A page that skips more rows is watched. */
const offsetHereMax = 1_000

/** Names the SQL of a list: queries with equal shapes differ only in what is bound. */
export function listShape({ conditions, keys, page, selection }: ListQuery, keyset: Keyset | null): string {
  let shape = page.kind === "cursor" ? `cursor:${keyset?.shape ?? ""}` : isDeep(page) ? "deep" : "offset"
  for (const condition of conditions) shape += `&${condition.shape}`
  for (const { field, descending } of keys) shape += descending ? `>${field.name}` : `<${field.name}`
  return `${shape}|${selection.key}`
}

/**
 * Writes the SQL of a list, in one of two forms. Where an index gives the order, the JSON is built as the rows are
 * found. Where rows have to be sorted, that would build and move the JSON of every row that matches: the inner query then
 * carries only rowids, and the JSON is built for the rows of the page alone (12 µs more for 20 documents).
 */
export function listStatements(
  plan: CollectionPlan,
  query: ListQuery,
  { keyset, explain }: { readonly keyset: Keyset | null; readonly explain: (sql: string) => readonly string[] },
): ListStatements {
  const { conditions, page, selection } = query
  const where = conditions.map((condition) => condition.sql("d"))
  const pageWhere = keyset === null ? where : [...where, keyset.sql]
  const whole = pageStatements(plan, query, { where: pageWhere, explain })
  const watchedPage = pageStatements(plan, query, { where: [stepSql, ...pageWhere], explain })
  const totalSql = `SELECT count(*) AS total ${fromSql(plan, where)}`
  const rowPlan = explain(whole.rowids)
  const watchesPage =
    keyset !== null ||
    isDeep(page) ||
    multiplies(selection.expansions) ||
    sorts(rowPlan) ||
    constraintCount(rowPlan) < conditions.length
  const watchesTotal = constraintCount(explain(totalSql)) < conditions.length
  const watched = {
    pageSql: watchesPage ? watchedPage.pageSql : whole.pageSql,
    totalSql: watchesTotal ? `SELECT count(*) AS total ${fromSql(plan, [stepSql, ...where])}` : totalSql,
  }
  const isBounded = conditions.length > 0 && !watchesTotal
  return {
    pageSql: whole.pageSql,
    totalSql,
    sizeSql: selection.expansions.length === 0 ? null : answerSizeSql(plan, selection.expansions, watchedPage.rowids),
    watched: watchesPage || watchesTotal ? watched : null,
    totalHereSql: isBounded
      ? `SELECT count(*) AS total FROM (SELECT 1 ${fromSql(plan, where)} LIMIT ${totalHereMax + 1})`
      : null,
  }
}

/** A page's statement, and the one that gives, as `r`, the rowids of its rows. */
function pageStatements(
  plan: CollectionPlan,
  { keys, page, selection }: ListQuery,
  { where, explain }: { readonly where: readonly string[]; readonly explain: (sql: string) => readonly string[] },
): { readonly pageSql: string; readonly rowids: string } {
  const found = fromSql(plan, where)
  const cut = page.kind === "offset" ? "LIMIT ? OFFSET ?" : "LIMIT ?"
  const pageRows = `${found} ORDER BY ${orderBySql(keys, "d")} ${cut}`
  const rowids = `SELECT d.rowid AS r ${pageRows}`
  const sortsMany = sorts(
    explain(`SELECT d.rowid ${found} ORDER BY ${orderBySql(costlyKeys(plan, keys), "d")} LIMIT ?`),
  )
  const source = sortsMany ? `FROM (${rowids}) AS page CROSS JOIN ${plan.table} AS d ON d.rowid = page.r` : pageRows
  const sortValues = keys.map(({ field }, index) => `d.${quoteName(field.name)} AS k${index}`)
  const pageSql =
    page.kind === "offset"
      ? `SELECT group_concat(doc, ',') AS docs FROM (SELECT ${selection.rowSql} AS doc ${source})`
      : `SELECT ${selection.rowSql} AS doc, ${sortValues.join(", ")} ${source}`
  return { pageSql, rowids }
}

function isDeep(page: Page): boolean {
  return page.kind === "offset" && page.offset > offsetHereMax
}

/**
 * The primary key at the end of a sort only orders ties. Where those are few (a time, a name) that costs nothing, and
 * its temporary B-tree is no reason to look for rowids first.
 */
function costlyKeys(plan: CollectionPlan, keys: readonly SortKey[]): readonly SortKey[] {
  const last = keys.at(-2)
  if (last === undefined || keys.at(-1)?.field !== plan.key) return keys
  return last.field.type === "bool" || last.field.enum !== null ? keys : keys.slice(0, -1)
}

function fromSql(plan: CollectionPlan, conditions: readonly string[]): string {
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`
  return `FROM ${plan.table} AS d${where}`
}
