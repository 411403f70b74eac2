import { hash } from "node:crypto"

import type { StoredValue } from "../../schema/fields/field-type.ts"
import { compareSortValues } from "../records/order.ts"
import type { SortKey } from "../records/order.ts"

/** The primary key of a document. */
export type DocumentId = string | number

/** A document as a query gives it now. */
export interface LiveRow {
  readonly id: DocumentId
  readonly sort: readonly StoredValue[]
  /** For each relation that is expanded from the document itself: the value that leads to the others. */
  readonly links: readonly StoredValue[]
  /** JSON, as the group sees it. */
  readonly doc: string
}

/** A document that stands in a window. Its JSON is not kept: a digest tells whether it changed. */
export interface WindowEntry {
  readonly id: DocumentId
  readonly sort: readonly StoredValue[]
  readonly links: readonly StoredValue[]
  readonly digest: string
}

/** The first documents of a query's result, in its order, and how many there are in all. */
export interface LiveWindow {
  readonly entries: readonly WindowEntry[]
  readonly total: number
}

/** What a document was before it changed: its row in stored form, nothing, or what the log no longer tells. */
export type Before = Readonly<Record<string, unknown>> | "absent" | "unknown"

/** What happened since a window was as it is. */
export interface WindowMarks {
  /** Documents of the collection itself that changed, with what they were. */
  readonly changed: ReadonlyMap<DocumentId, Before>
  /** Documents of the window whose expanded documents may have changed. */
  readonly touched: ReadonlySet<DocumentId>
}

/** How a window asks the database; every answer is of one state. */
export interface WindowReads {
  /** Those of the documents that are in the result now, in any order. */
  byIds(ids: readonly DocumentId[]): LiveRow[]
  /** What comes after a place in the order. */
  after(sort: readonly StoredValue[], count: number): LiveRow[]
  /** How many of these rows were in the result; undefined when that cannot be told from a row. */
  countBefore(rows: readonly Readonly<Record<string, unknown>>[]): number | undefined
  total(): number
}

/** A window after a change, with the documents that were read for it. */
export interface WindowStep {
  readonly window: LiveWindow
  readonly rows: readonly LiveRow[]
}

/** What a window is cut by. */
export interface WindowShape {
  readonly keys: readonly SortKey[]
  readonly limit: number
}

/**
 * Brings a window up to now. Documents that did not change keep their order, and those that were outside of the window
 * still come after its last one: so everything up to there is known by reading only what changed, and only a window that
 * lost a document while others were outside asks for what comes next.
 */
export function advanceWindow(
  window: LiveWindow,
  marks: WindowMarks,
  { keys, limit }: WindowShape,
  reads: WindowReads,
): WindowStep {
  const ids = new Set([...marks.changed.keys(), ...marks.touched])
  const now = reads.byIds([...ids])
  const rest = window.entries.filter(({ id }) => !ids.has(id))
  const end = window.entries.length < window.total ? (window.entries.at(-1)?.sort ?? null) : null
  const known = end === null ? now : now.filter(({ sort }) => compareSortValues(keys, sort, end) <= 0)
  const entries = mergeEntries(rest, known.map(entryOf), keys)
  if (end === null) {
    return { window: { entries: entries.slice(0, limit), total: entries.length }, rows: now }
  }
  const total = totalAfter({ window, marks, memberCount: now.length }, reads)
  if (entries.length >= limit) return { window: { entries: entries.slice(0, limit), total }, rows: now }
  const next = reads.after(end, limit - entries.length)
  return { window: { entries: [...entries, ...next.map(entryOf)], total }, rows: [...now, ...next] }
}

/** What is kept of a document. */
export function entryOf({ id, sort, links, doc }: LiveRow): WindowEntry {
  return { id, sort, links, digest: hash("sha1", doc, "base64") }
}

/** Of the documents outside of the window, only those that were in the result before make it smaller. */
function totalAfter(
  { window, marks, memberCount }: { window: LiveWindow; marks: WindowMarks; memberCount: number },
  reads: WindowReads,
): number {
  let membersBefore = 0
  const outside: Readonly<Record<string, unknown>>[] = []
  const held = new Set(window.entries.map(({ id }) => id))
  for (const id of marks.touched) if (held.has(id) && !marks.changed.has(id)) membersBefore += 1
  for (const [id, before] of marks.changed) {
    if (held.has(id)) membersBefore += 1
    else if (before === "unknown") return reads.total()
    else if (before !== "absent") outside.push(before)
  }
  const outsideBefore = outside.length === 0 ? 0 : reads.countBefore(outside)
  return outsideBefore === undefined ? reads.total() : window.total - membersBefore - outsideBefore + memberCount
}

function mergeEntries(rest: readonly WindowEntry[], news: WindowEntry[], keys: readonly SortKey[]): WindowEntry[] {
  news.sort((a, b) => compareSortValues(keys, a.sort, b.sort))
  const merged: WindowEntry[] = []
  let index = 0
  for (const entry of rest) {
    for (let next = news[index]; next !== undefined; next = news[index]) {
      if (compareSortValues(keys, next.sort, entry.sort) > 0) break
      merged.push(next)
      index += 1
    }
    merged.push(entry)
  }
  merged.push(...news.slice(index))
  return merged
}
