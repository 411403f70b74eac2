import { hash } from "node:crypto"

import type { StoredValue } from "../../schema/fields/field-type.ts"
import { compareSortValues, compareStored } from "../records/order.ts"
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

/** A document that came into a window, or stands in it with another state, with its JSON. */
export interface Arrival {
  readonly entry: WindowEntry
  readonly doc: string
}

/** A window after a change, and what differs from the one before. All other entries are the same, in the same order. */
export interface WindowStep {
  readonly window: LiveWindow
  readonly gone: readonly WindowEntry[]
  readonly came: readonly Arrival[]
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
  const gone: WindowEntry[] = []
  const entries: WindowEntry[] = []
  for (const entry of window.entries) (ids.has(entry.id) ? gone : entries).push(entry)
  const end = window.entries.length < window.total ? (window.entries.at(-1)?.sort ?? null) : null
  const known = end === null ? now : now.filter(({ sort }) => compareSortValues(keys, sort, end) <= 0)
  const arrivals = known.map(arrivalOf)
  for (const { entry } of arrivals) entries.splice(placeOf(entries, entry, keys), 0, entry)
  const total = end === null ? entries.length : totalAfter({ window, marks, memberCount: now.length }, reads)
  const cut = new Set(entries.splice(limit))
  const came = arrivals.filter(({ entry }) => !cut.delete(entry))
  gone.push(...cut)
  if (end !== null && entries.length < limit) {
    const next = reads.after(end, limit - entries.length).map(arrivalOf)
    entries.push(...next.map(({ entry }) => entry))
    came.push(...next)
  }
  return { window: { entries, total }, gone, came }
}

/** Replaces a window by one that was read as a whole. */
export function replaceWindow(window: LiveWindow, rows: readonly LiveRow[], total: number): WindowStep {
  const old = new Map(window.entries.map((entry) => [entry.id, entry]))
  const came: Arrival[] = []
  const entries = rows.map((row) => {
    const arrival = arrivalOf(row)
    const was = old.get(row.id)
    if (was !== undefined && isSame(was, arrival.entry)) {
      old.delete(row.id)
      return was
    }
    came.push(arrival)
    return arrival.entry
  })
  return { window: { entries, total }, gone: [...old.values()], came }
}

function arrivalOf({ id, sort, links, doc }: LiveRow): Arrival {
  return { entry: { id, sort, links, digest: hash("sha1", doc, "base64") }, doc }
}

function isSame(a: WindowEntry, b: WindowEntry): boolean {
  const isEqual = (value: StoredValue, index: number): boolean => compareStored(value, b.links[index] ?? null) === 0
  return a.digest === b.digest && !isMoved(a, b) && a.links.every(isEqual)
}

/** Documents that did not change keep their order among each other, so only a new sort value moves one. */
export function isMoved(was: WindowEntry, entry: WindowEntry): boolean {
  return was.sort.some((value, index) => compareStored(value, entry.sort[index] ?? null) !== 0)
}

/** Of the documents outside of the window, only those that were in the result before make it smaller. */
function totalAfter(
  { window, marks, memberCount }: { window: LiveWindow; marks: WindowMarks; memberCount: number },
  reads: WindowReads,
): number {
  const outside: Readonly<Record<string, unknown>>[] = []
  const { changed, touched } = marks
  const held = new Set<DocumentId>()
  for (const { id } of window.entries) if (changed.has(id) || touched.has(id)) held.add(id)
  for (const [id, before] of changed) {
    if (held.has(id)) continue
    if (before === "unknown") return reads.total()
    if (before !== "absent") outside.push(before)
  }
  const outsideBefore = outside.length === 0 ? 0 : reads.countBefore(outside)
  return outsideBefore === undefined ? reads.total() : window.total - held.size - outsideBefore + memberCount
}

/** Where an entry belongs; no two are equal in all keys of a sort. */
function placeOf(entries: readonly WindowEntry[], { sort }: WindowEntry, keys: readonly SortKey[]): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    const other = entries[middle]
    if (other !== undefined && compareSortValues(keys, other.sort, sort) < 0) low = middle + 1
    else high = middle
  }
  return low
}
