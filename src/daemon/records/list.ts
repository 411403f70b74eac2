import { alyxError } from "../../errors.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Database, Query, Reader, Row } from "../storage/database.ts"
import { answerCouldBeLarge, requireSmallAnswer } from "./answer-size.ts"
import { collectionPlan } from "./collection-plan.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { isCostly } from "./condition.ts"
import { decodeCursor, encodeCursor, keysetAfter, listFingerprint } from "./cursor.ts"
import type { Keyset } from "./cursor.ts"
import { conditionValues, parseListQuery } from "./list-query.ts"
import type { ListQuery } from "./list-query.ts"
import { listShape, listStatements, totalHereMax } from "./list-statements.ts"
import type { ListStatements } from "./list-statements.ts"
import { readAside } from "./read-aside.ts"
import type { JsonText, ListRequest, RecordParts } from "./records.ts"

/** Answers a page of documents, with the number of all that match unless the query skips it. */
export function listRecords(parts: RecordParts, request: ListRequest): JsonText | Promise<JsonText> {
  const plan = collectionPlan(parts.limits, request.schema, request.collection)
  const query = parseListQuery(plan, request.query)
  const read = planRead({ plan, database: parts.database }, query)
  return (query.conditions.some(isCostly) ? undefined : readHere(parts, read)) ?? readListAside(parts, read)
}

/** The queries of one list, and how their rows become the answer. */
interface ListRead {
  readonly page: Query
  /** Null when the number of all documents is not wanted. */
  readonly total: Query | null
  /** Counts the documents of an answer that could hold too many; null when it cannot. */
  readonly size: Query | null
  /** Page and total as they are read where others wait, if that may have to be given up. */
  readonly watched: Pick<ListRead, "page" | "total"> | null
  /** The total as it is read where others wait, when it is counted only so far. */
  readonly totalHere: Query | null
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
  return {
    ...listQueries(plan, query, statements, [limit, offset]),
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
  return {
    // One row more than the page tells whether anything follows.
    ...listQueries(plan, query, statements, [...(keyset?.values ?? []), limit + 1]),
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
    listStatements(plan, query, { keyset, explain: (sql) => explain(database, sql) }),
  )
}

function explain(database: Database, sql: string): readonly string[] {
  const steps = database.read((reader) => reader.all<{ detail: string }>(sqlQuery(`EXPLAIN QUERY PLAN ${sql}`)))
  return steps.map(({ detail }) => detail)
}

/** `pageValues` are what the page binds after the values of the conditions. */
function listQueries(
  plan: CollectionPlan,
  { conditions, page, selection, skipTotal }: ListQuery,
  { pageSql, totalSql, sizeSql, totalHereSql, watched }: ListStatements,
  pageValues: readonly StoredValue[],
): Omit<ListRead, "answer"> {
  const totalValues = conditionValues(conditions)
  const values = [...totalValues, ...pageValues]
  const total = (sql: string | null): Query | null => (sql === null || skipTotal ? null : sqlQuery(sql, totalValues))
  const counted = sizeSql !== null && answerCouldBeLarge(selection.expansions, page.limit, plan.limits)
  return {
    page: sqlQuery(pageSql, values),
    total: total(totalSql),
    size: counted ? sqlQuery(sizeSql, values) : null,
    watched: watched === null ? null : { page: sqlQuery(watched.pageSql, values), total: total(watched.totalSql) },
    totalHere: total(totalHereSql),
  }
}

/** Total and page are read in one turn, so they are of one state. Returns undefined when that takes too long. */
function readHere({ database, limits }: RecordParts, read: ListRead): string | undefined {
  const { size, totalHere, watched, answer } = read
  const work = (reader: Reader, { page, total }: Pick<ListRead, "page" | "total">): string | undefined => {
    if (size !== null) requireSmallAnswer(reader.get(size), limits)
    const query = totalHere ?? total
    const count = query === null ? null : totalOf(reader.get(query))
    if (totalHere !== null && count !== null && count > totalHereMax) return undefined
    return answer(reader.all(page), count)
  }
  if (watched === null) return database.read((reader) => work(reader, read))
  const name = { text: read.page.sql, values: [read.total === null, ...read.page.parameters] }
  return database.readBriefly(name, (reader, isWatched) => work(reader, isWatched ? watched : read))
}

/** A list that may take long is read by another process, so that nobody else waits for it. */
async function readListAside(parts: RecordParts, { page, total, size, answer }: ListRead): Promise<string> {
  if (size !== null) {
    const [rows] = await readAside(parts, [size])
    requireSmallAnswer(rows?.[0], parts.limits)
  }
  const [pageRows, totalRows] = await readAside(parts, total === null ? [page] : [page, total])
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
const answerLengthMax = 72 * 1024 * 1024

function totalOf(row: Row | undefined): number {
  return Number(row?.["total"] ?? 0)
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : ""
}

function sortValuesOf(row: Row, count: number): StoredValue[] {
  return Array.from({ length: count }, (_, index) => row[`k${index}`] ?? null)
}
