import { stepSql } from "../storage/database.ts"
import { answerSizeSql } from "./answer-size.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import type { Keyset } from "./cursor.ts"
import { multiplies } from "./expand.ts"
import { joinSql, slotSql, sql } from "./fragment.ts"
import type { Fragment } from "./fragment.ts"
import type { Page } from "./page.ts"
import { orderBySql } from "./order.ts"
import type { SortKey } from "./order.ts"
import { constraintCount, sorts } from "./query-plan.ts"
import type { SearchCondition, SeenQuery } from "./seen-query.ts"
import { quoteName } from "../../lib/sql-name.ts"

/** The SQL of a list, as the callers see it whose accesses have equal shapes. */
export interface ListStatements {
  /** Gives `docs`, the page's documents as JSON joined by commas, or, for a cursor, a row a document. */
  readonly page: Fragment
  /** Gives, as `r`, the rowids of the page's documents, in their order. */
  readonly rowids: Fragment
  /** Gives `total`. */
  readonly total: Fragment
  /** Counts, as `size`, the documents of the answer, expanded ones too. */
  readonly size: Fragment | null
  /** The same where others wait, if that may look at many rows: it can be given up. */
  readonly watched: Pick<ListStatements, "page" | "total"> | null
  /** Gives `total` as long as it is at most `totalHereMax`; null when `total` is quick, or is watched. */
  readonly totalHere: Fragment | null
}

/** An index is counted this far where others wait: in a third of a millisecond. */
export const totalHereMax = 10_000

/** A page that skips more rows is watched. */
const offsetHereMax = 1_000

/** Names the SQL of a list: queries with equal shapes differ only in what is bound. */
export function listShape({ query: { keys, page }, conditions, view }: SeenQuery, keyset: Keyset | null): string {
  let shape = page.kind === "cursor" ? `cursor:${keyset?.shape ?? ""}` : isDeep(page) ? "deep" : "offset"
  for (const condition of conditions) shape += `&${condition.shape}`
  for (const { field, descending } of keys) shape += descending ? `>${field.name}` : `<${field.name}`
  return `${shape}|${view.statements.key}`
}

/**
 * Writes the SQL of a list, in one of two forms. Where an index gives the order, the JSON is built as the rows are
 * found. Where rows have to be sorted, that would build and move the JSON of every row that matches: the inner query then
 * carries only rowids, and the JSON is built for the rows of the page alone (12 µs more for 20 documents).
 */
export function listStatements(
  plan: CollectionPlan,
  seen: SeenQuery,
  { keyset, explain }: { readonly keyset: Keyset | null; readonly explain: (sql: string) => readonly string[] },
): ListStatements {
  const { view, conditions } = seen
  const { page, selection } = seen.query
  const where = conditions.length === 0 ? [] : [slotSql("conditions", textOf(conditions))]
  const pageWhere = keyset === null ? where : [...where, slotSql("keyset", keyset.sql)]
  const step = sql`${stepSql}`
  const whole = pageStatements(plan, seen, { where: pageWhere, explain })
  const watchedPage = pageStatements(plan, seen, { where: [step, ...pageWhere], explain })
  const total = sql`SELECT count(*) AS total ${fromSql(plan, where)}`
  const rowPlan = explain(whole.rowids.sql)
  const watchesPage =
    keyset !== null ||
    isDeep(page) ||
    multiplies(selection.expansions) ||
    sorts(rowPlan) ||
    constraintCount(rowPlan) < conditions.length
  const watchesTotal = constraintCount(explain(total.sql)) < conditions.length
  const watched = {
    page: watchesPage ? watchedPage.page : whole.page,
    total: watchesTotal ? sql`SELECT count(*) AS total ${fromSql(plan, [step, ...where])}` : total,
  }
  const isBounded = conditions.length > 0 && !watchesTotal
  const counted = { plan, expansions: selection.expansions, accesses: view.accesses }
  return {
    page: whole.page,
    rowids: watchedPage.rowids,
    total,
    size: selection.expansions.length === 0 ? null : answerSizeSql(counted, watchedPage.rowids),
    watched: watchesPage || watchesTotal ? watched : null,
    totalHere: isBounded
      ? sql`SELECT count(*) AS total FROM (SELECT 1 ${fromSql(plan, where)} LIMIT ${totalHereMax + 1})`
      : null,
  }
}

function textOf(conditions: readonly SearchCondition[]): string {
  return conditions.map((condition) => condition.sql("d")).join(" AND ")
}

/** A page's statement, and the one that gives, as `r`, the rowids of its rows. */
function pageStatements(
  plan: CollectionPlan,
  { query: { keys, page }, view: { statements } }: SeenQuery,
  { where, explain }: { readonly where: readonly Fragment[]; readonly explain: (sql: string) => readonly string[] },
): { readonly page: Fragment; readonly rowids: Fragment } {
  const found = fromSql(plan, where)
  const cut = slotSql("cut", page.kind === "offset" ? "LIMIT ? OFFSET ?" : "LIMIT ?")
  const pageRows = sql`${found} ORDER BY ${orderBySql(keys, "d")} ${cut}`
  const rowids = sql`SELECT d.rowid AS r ${pageRows}`
  const sortsMany = sorts(
    explain(`SELECT d.rowid ${found.sql} ORDER BY ${orderBySql(costlyKeys(plan, keys), "d")} LIMIT ?`),
  )
  const source = sortsMany ? sql`FROM (${rowids}) AS page CROSS JOIN ${plan.table} AS d ON d.rowid = page.r` : pageRows
  const sortValues = keys.map(({ field }, index) => `d.${quoteName(field.name)} AS k${index}`)
  const { row } = statements
  return {
    rowids,
    page:
      page.kind === "offset"
        ? sql`SELECT group_concat(doc, ',') AS docs FROM (SELECT ${row} AS doc ${source})`
        : sql`SELECT ${row} AS doc, ${sortValues.join(", ")} ${source}`,
  }
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

function fromSql(plan: CollectionPlan, conditions: readonly Fragment[]): Fragment {
  if (conditions.length === 0) return sql`FROM ${plan.table} AS d`
  return sql`FROM ${plan.table} AS d WHERE ${joinSql(conditions, " AND ")}`
}
