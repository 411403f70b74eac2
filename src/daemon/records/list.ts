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
import { valuesOf } from "./fragment.ts"
import type { Fragment } from "./fragment.ts"
import { requireScope } from "./key-scope.ts"
import { conditionValues, parseListQuery } from "./list-query.ts"
import { listShape, listStatements, totalHereMax } from "./list-statements.ts"
import { readAside } from "./read-aside.ts"
import type { JsonText, ListRequest, RecordParts } from "./records.ts"
import { seenQuery } from "./seen-query.ts"
import type { SeenQuery } from "./seen-query.ts"

/** Answers a page of documents, with the number of all that match unless the query skips it. */
export function listRecords(parts: RecordParts, request: ListRequest): JsonText | Promise<JsonText> {
  const plan = collectionPlan(parts.limits, request.schema, request.collection)
  requireScope(request.caller, request.collection, "read")
  const query = parseListQuery(plan, request.query)
  const seen = seenQuery(plan, query, request.caller)
  const read = planRead({ plan, database: parts.database }, seen)
  if (seen.isEmpty) return read.answer([], read.total === null ? null : 0)
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

function planRead(frame: ListFrame, seen: SeenQuery): ListRead {
  const { page } = seen.query
  return page.kind === "offset" ? planPage(frame, seen, page.offset) : planWalk(frame, seen, page.cursor)
}

function planPage(frame: ListFrame, seen: SeenQuery, offset: number): ListRead {
  const { limit } = seen.query.page
  return {
    ...listQueries(frame, seen, { keyset: null, cut: [limit, offset] }),
    answer: (rows, total) =>
      `{"docs":[${textOf(rows[0]?.["docs"])}],"total":${total},"limit":${limit},"offset":${offset}}`,
  }
}

function planWalk(frame: ListFrame, seen: SeenQuery, cursor: string): ListRead {
  const { plan } = frame
  const { keys, conditions, page } = seen.query
  const { limit } = page
  const list = listFingerprint(plan.collection.name, conditions, keys)
  const keyset = cursor === "" ? null : keysetAfter(keys, decodeCursor(list, keys, cursor), "d")
  return {
    // One row more than the page tells whether anything follows.
    ...listQueries(frame, seen, { keyset, cut: [limit + 1] }),
    answer: (rows, total) => {
      const docs = rows.slice(0, limit).map((row) => textOf(row["doc"]))
      requireShortAnswer(docs)
      const last = rows.length > limit ? rows[limit - 1] : undefined
      const next = last === undefined ? null : encodeCursor(list, keys, sortValuesOf(last, keys.length))
      return `{"docs":[${docs.join(",")}],"total":${total},"limit":${limit},"next_cursor":${JSON.stringify(next)}}`
    },
  }
}

/** Where a page begins, and what it binds for its limit. */
interface PagePlace {
  readonly keyset: Keyset | null
  readonly cut: readonly number[]
}

function listQueries(
  { plan, database }: ListFrame,
  seen: SeenQuery,
  { keyset, cut }: PagePlace,
): Omit<ListRead, "answer"> {
  const { page, selection, skipTotal } = seen.query
  const statements = plan.lists.get(listShape(seen, keyset), () =>
    listStatements(plan, seen, { keyset, explain: (text) => explain(database, text) }),
  )
  const slots = { conditions: conditionValues(seen.conditions), keyset: keyset?.values ?? [], cut }
  const bound = { accesses: seen.view.accesses, slots }
  const query = (statement: Fragment): Query => sqlQuery(statement.sql, valuesOf(statement, bound))
  const total = (statement: Fragment | null): Query | null =>
    statement === null || skipTotal ? null : query(statement)
  const { size, watched } = statements
  const counted = size !== null && answerCouldBeLarge(selection.expansions, page.limit, plan.limits)
  return {
    page: query(statements.page),
    total: total(statements.total),
    size: counted ? query(size) : null,
    watched: watched === null ? null : { page: query(watched.page), total: total(watched.total) },
    totalHere: total(statements.totalHere),
  }
}

function explain(database: Database, text: string): readonly string[] {
  const steps = database.read((reader) => reader.all<{ detail: string }>(sqlQuery(`EXPLAIN QUERY PLAN ${text}`)))
  return steps.map(({ detail }) => detail)
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
