import { alyxError } from "../../errors.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Database, Query, Row, SlowReader } from "../storage/database.ts"
import { answerCouldBeLarge, requireSmallAnswer } from "./answer-size.ts"
import { collectionPlan } from "./collection-plan.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { isCostly } from "./condition.ts"
import { decodeCursor, encodeCursor, keysetAfter, listFingerprint } from "./cursor.ts"
import type { Keyset } from "./cursor.ts"
import { conditionValues, parseListQuery } from "./list-query.ts"
import type { ListQuery } from "./list-query.ts"
import { listShape, listStatements } from "./list-statements.ts"
import type { ListStatements } from "./list-statements.ts"
import type { JsonText, ListRequest, RecordParts } from "./records.ts"

/** Answers a page of documents, with the number of all that match unless the query skips it. */
export function listRecords(parts: RecordParts, request: ListRequest): JsonText | Promise<JsonText> {
  const plan = collectionPlan(parts.limits, request.schema, request.collection)
  const read = planRead({ plan, database: parts.database }, parseListQuery(plan, request.query))
  return read.isSlow(parts.database) ? readAside(parts, read) : readHere(parts, read)
}

/** The queries of one list, and how their rows become the answer. */
interface ListRead {
  readonly page: Query
  /** Null when the number of all documents is not wanted. */
  readonly total: Query | null
  /** Counts the documents of an answer that could hold too many; null when it cannot. */
  readonly size: Query | null
  readonly isSlow: (database: SlowReader) => boolean
  readonly answer: (pageRows: readonly Row[], total: number | null) => string
}

interface ListFrame {
  readonly plan: CollectionPlan
  readonly database: Database
}

function planRead(frame: ListFrame, query: ListQuery): ListRead {
  const { page } = query
  return page.kind === "offset" ? planPage(frame, query, page.offset) : planWalk(frame, query, page.cursor)
}

function planPage(frame: ListFrame, query: ListQuery, offset: number): ListRead {
  const { plan } = frame
  const { limit } = query.page
  const statements = statementsFor(frame, query, null)
  const values = conditionValues(query.conditions)
  return {
    ...pageQueries(plan, query, statements, [...values, limit, offset]),
    total: query.skipTotal ? null : sqlQuery(statements.totalSql, values),
    isSlow: (database) => isSlowList(database, query, { statements, unfiltered: query.conditions.length === 0 }),
    answer: (rows, total) =>
      `{"docs":[${textOf(rows[0]?.["docs"])}],"total":${total},"limit":${limit},"offset":${offset}}`,
  }
}

function planWalk(frame: ListFrame, query: ListQuery, cursor: string): ListRead {
  const { plan } = frame
  const { keys, conditions } = query
  const { limit } = query.page
  const list = listFingerprint(plan.collection.name, conditions, keys)
  const keyset = cursor === "" ? null : keysetAfter(keys, decodeCursor(list, keys, cursor), "d")
  const statements = statementsFor(frame, query, keyset)
  const values = conditionValues(conditions)
  const unfiltered = conditions.length === 0 && keyset === null
  return {
    // One row more than the page tells whether anything follows.
    ...pageQueries(plan, query, statements, [...values, ...(keyset?.values ?? []), limit + 1]),
    total: query.skipTotal ? null : sqlQuery(statements.totalSql, values),
    isSlow: (database) => isSlowList(database, query, { statements, unfiltered }),
    answer: (rows, total) => {
      const docs = rows.slice(0, limit).map((row) => textOf(row["doc"]))
      requireShortAnswer(docs)
      const last = rows.length > limit ? rows[limit - 1] : undefined
      const next = last === undefined ? null : encodeCursor(list, keys, sortValuesOf(last, keys.length))
      return `{"docs":[${docs.join(",")}],"total":${total},"limit":${limit},"next_cursor":${JSON.stringify(next)}}`
    },
  }
}

function statementsFor({ plan, database }: ListFrame, query: ListQuery, keyset: Keyset | null): ListStatements {
  return plan.lists.get(listShape(query, keyset), () =>
    listStatements(plan, query, { keyset, sortsRows: (sql) => sortsRows(database, sql) }),
  )
}

function sortsRows(database: Database, sql: string): boolean {
  const steps = database.read((reader) => reader.all<{ detail: string }>(sqlQuery(`EXPLAIN QUERY PLAN ${sql}`)))
  return steps.some(({ detail }) => detail.includes("TEMP B-TREE"))
}

function isSlowList(
  database: SlowReader,
  { conditions }: ListQuery,
  { statements, unfiltered }: { readonly statements: ListStatements; readonly unfiltered: boolean },
): boolean {
  return conditions.some(isCostly) || database.isSlow(sqlQuery(statements.judgedSql), { unfiltered })
}

function pageQueries(
  plan: CollectionPlan,
  { page, selection }: ListQuery,
  { pageSql, sizeSql }: ListStatements,
  values: readonly StoredValue[],
): Pick<ListRead, "page" | "size"> {
  const counted = sizeSql !== null && answerCouldBeLarge(selection.expansions, page.limit, plan.limits)
  return { page: sqlQuery(pageSql, values), size: counted ? sqlQuery(sizeSql, values) : null }
}

/** Total and page are read in one turn, so they are of one state. */
function readHere({ database, limits }: RecordParts, { page, total, size, answer }: ListRead): string {
  return database.read((reader) => {
    if (size !== null) requireSmallAnswer(reader.get(size), limits)
    const count = total === null ? null : totalOf(reader.get(total))
    return answer(reader.all(page), count)
  })
}

/** A list that may take long is read by another process, so that nobody else waits for it. */
async function readAside({ database, limits }: RecordParts, { page, total, size, answer }: ListRead): Promise<string> {
  if (size !== null) {
    const [rows] = await database.readSlow([size])
    requireSmallAnswer(rows?.[0], limits)
  }
  const [pageRows, totalRows] = await database.readSlow(total === null ? [page] : [page, total])
  return answer(pageRows ?? [], total === null ? null : totalOf(totalRows?.[0]))
}

/** A page in one text is bounded by SQLite; rows that are joined here are bounded the same. */
function requireShortAnswer(docs: readonly string[]): void {
  let length = 0
  for (const doc of docs) length += doc.length
  if (length > answerLengthMax) {
    throw alyxError("ANSWER_TOO_LARGE", { next: "Ask for fewer documents, fields or relations." })
  }
}

/** UTF-16 code units. */
const answerLengthMax = 128 * 1024 * 1024

function totalOf(row: Row | undefined): number {
  return Number(row?.["total"] ?? 0)
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : ""
}

function sortValuesOf(row: Row, count: number): StoredValue[] {
  return Array.from({ length: count }, (_, index) => row[`k${index}`] ?? null)
}
