import { alyxError } from "../../errors.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Database, Query, Reader, Row } from "../storage/database.ts"
import { answerCouldBeLarge, requireSmallAnswer } from "./answer-size.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { isCostly } from "./condition.ts"
import { decodeCursor, encodeCursor, keysetAfter, listFingerprint } from "./cursor.ts"
import type { Keyset } from "./cursor.ts"
import { valuesOf } from "./fragment.ts"
import type { Bound, Fragment } from "./fragment.ts"
import { conditionValues } from "./list-query.ts"
import type { ListQuery } from "./list-query.ts"
import { listShape, listStatements, totalHereMax } from "./list-statements.ts"
import type { ListStatements } from "./list-statements.ts"
import { readAside } from "./read-aside.ts"
import type { RecordParts } from "./records.ts"
import type { SeenQuery } from "./seen-query.ts"

/** Reads a page of documents as the caller sees it, with the number of all that match unless the query skips it. */
export function readList(parts: RecordParts, plan: CollectionPlan, seen: SeenQuery): string | Promise<string> {
  const read = planRead({ plan, database: parts.database }, seen)
  if (seen.isEmpty) return read.answer([], read.total === null ? null : 0)
  return (seen.query.conditions.some(isCostly) ? undefined : readHere(parts, read)) ?? readListAside(parts, read)
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

/** Whose list, and where it is read. */
export interface ListFrame {
  readonly plan: CollectionPlan
  readonly database: Database
}

function planRead(frame: ListFrame, seen: SeenQuery): ListRead {
  const { page } = seen.query
  return page.kind === "offset" ? planPage(frame, seen, page.offset) : planWalk(frame, seen)
}

function planPage(frame: ListFrame, seen: SeenQuery, offset: number): ListRead {
  const { limit } = seen.query.page
  return {
    ...listQueries(frame, seen, { keyset: null, cut: [limit, offset] }),
    answer: (rows, total) =>
      `{"docs":[${textOf(rows[0]?.["docs"])}],"total":${total},"limit":${limit},"offset":${offset}}`,
  }
}

function planWalk(frame: ListFrame, seen: SeenQuery): ListRead {
  const { plan } = frame
  const { keys, conditions, page } = seen.query
  const { limit } = page
  const list = listFingerprint(plan.collection.name, conditions, keys)
  return {
    // One row more than the page tells whether anything follows.
    ...listQueries(frame, seen, { keyset: keysetOf(plan, seen.query), cut: [limit + 1] }),
    answer: (rows, total) => {
      const docs = rows.slice(0, limit).map((row) => textOf(row["doc"]))
      requireShortAnswer(docs)
      const last = rows.length > limit ? sortValuesOf(rows[limit - 1]!, keys.length) : seen.goesOnAfter
      const next = last === null ? null : encodeCursor(list, keys, last)
      return `{"docs":[${docs.join(",")}],"total":${total},"limit":${limit},"next_cursor":${JSON.stringify(next)}}`
    },
  }
}

/** Where a page begins, and what it binds for its limit. */
export interface PagePlace {
  readonly keyset: Keyset | null
  readonly cut: readonly number[]
}

/** What comes before a page is left out by its cursor; null where there is none. */
export function keysetOf({ collection }: CollectionPlan, { keys, conditions, page }: ListQuery): Keyset | null {
  if (page.kind === "offset" || page.cursor === "") return null
  return keysetAfter(keys, decodeCursor(listFingerprint(collection.name, conditions, keys), keys, page.cursor), "d")
}

/** The SQL of a list from a place on, and its values. */
export function boundStatements(
  { plan, database }: ListFrame,
  seen: SeenQuery,
  { keyset, cut }: PagePlace,
): { readonly statements: ListStatements; readonly bound: Bound } {
  const statements = plan.lists.get(listShape(seen, keyset), () =>
    listStatements(plan, seen, { keyset, explain: (text) => explain(database, text) }),
  )
  const slots = { conditions: conditionValues(seen.conditions), keyset: keyset?.values ?? [], cut }
  return { statements, bound: { accesses: seen.view.accesses, slots } }
}

function listQueries(frame: ListFrame, seen: SeenQuery, place: PagePlace): Omit<ListRead, "answer"> {
  const { page, selection, skipTotal } = seen.query
  const { statements, bound } = boundStatements(frame, seen, place)
  const query = (statement: Fragment): Query => sqlQuery(statement.sql, valuesOf(statement, bound))
  const total = (statement: Fragment | null): Query | null =>
    statement === null || skipTotal ? null : query(statement)
  const { size, watched } = statements
  const counted = size !== null && answerCouldBeLarge(selection.expansions, page.limit, frame.plan.limits)
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
