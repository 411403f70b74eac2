import type { StoredValue } from "../../schema/fields/field-type.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Reader } from "../storage/database.ts"
import { collectionPlan } from "./collection-plan.ts"
import { decodeCursor, encodeCursor, keysetAfter, listFingerprint } from "./cursor.ts"
import { conditionValues, parseListQuery } from "./list-query.ts"
import type { ListQuery } from "./list-query.ts"
import { listShape, listStatements } from "./list-statements.ts"
import type { ListStatements } from "./list-statements.ts"
import type { JsonText, ListRequest, RecordParts } from "./records.ts"

/** Answers a page of documents, with the number of all that match unless the query skips it. */
export function listRecords(parts: RecordParts, request: ListRequest): JsonText | Promise<JsonText> {
  const plan = collectionPlan(parts.limits, request.schema, request.collection)
  const query = parseListQuery(plan, request.query)
  const { page } = query
  if (page.kind === "cursor") {
    const list = listFingerprint(plan.collection.name, query.conditions, query.keys)
    const after = page.cursor === "" ? null : decodeCursor(list, query.keys, page.cursor)
    const keyset = after === null ? null : keysetAfter(query.keys, after, "t")
    const statements = plan.lists.get(listShape(query, keyset), () => listStatements(plan, query, keyset))
    return parts.database.read((reader) => readWalk(reader, { query, statements, list, after: keyset?.values ?? [] }))
  }
  const statements = plan.lists.get(listShape(query, null), () => listStatements(plan, query, null))
  return parts.database.read((reader) => readPage(reader, { query, statements, offset: page.offset }))
}

interface PageRead {
  readonly query: ListQuery
  readonly statements: ListStatements
  readonly offset: number
}

function readPage(reader: Reader, { query, statements, offset }: PageRead): string {
  const { limit } = query.page
  const values = conditionValues(query.conditions)
  const total = readTotal(reader, query, statements, values)
  const row = reader.get<{ docs: string | null }>(sqlQuery(statements.pageSql, [...values, limit, offset]))
  return `{"docs":[${row?.docs ?? ""}],"total":${total},"limit":${limit},"offset":${offset}}`
}

interface WalkRead {
  readonly query: ListQuery
  readonly statements: ListStatements
  /** The fingerprint for the next cursor. */
  readonly list: string
  readonly after: readonly StoredValue[]
}

type WalkRow = Readonly<Record<string, StoredValue>> & { readonly doc: string }

function readWalk(reader: Reader, { query, statements, list, after }: WalkRead): string {
  const { limit } = query.page
  const values = conditionValues(query.conditions)
  const total = readTotal(reader, query, statements, values)
  // One row more than the page tells whether anything follows.
  const rows = reader.all<WalkRow>(sqlQuery(statements.pageSql, [...values, ...after, limit + 1]))
  const last = rows.length > limit ? rows[limit - 1] : undefined
  const docs = rows.slice(0, limit).map(({ doc }) => doc)
  const next = last === undefined ? "null" : `"${encodeCursor(list, query.keys, sortValues(last, query.keys.length))}"`
  return `{"docs":[${docs.join(",")}],"total":${total},"limit":${limit},"next_cursor":${next}}`
}

function sortValues(row: WalkRow, count: number): StoredValue[] {
  return Array.from({ length: count }, (_, index) => row[`k${index}`] ?? null)
}

function readTotal(
  reader: Reader,
  query: ListQuery,
  statements: ListStatements,
  values: readonly StoredValue[],
): number | null {
  if (query.skipTotal) return null
  return reader.get<{ total: number }>(sqlQuery(statements.totalSql, values))?.total ?? 0
}
