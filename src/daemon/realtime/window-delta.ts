import { compareStored } from "../records/order.ts"
import type { DocumentId, LiveRow, LiveWindow, WindowEntry } from "./window.ts"

/** What a subscriber is told so that its window becomes the present one. */
export interface WindowDelta {
  /** JSON texts, in the order of the window. */
  readonly inserts: readonly string[]
  readonly updates: readonly string[]
  readonly deletes: readonly DocumentId[]
  /** Where inserted and moved documents stand now, in ascending order. */
  readonly positions: readonly (readonly [DocumentId, number])[]
  /** Null where it is as before. */
  readonly total: number | null
}

/** Compares two states of a window; null when nobody could see a difference. */
export function windowDelta(
  before: LiveWindow,
  after: LiveWindow,
  docs: ReadonlyMap<DocumentId, string>,
): WindowDelta | null {
  const old = new Map(before.entries.map((entry) => [entry.id, entry]))
  const inserts: string[] = []
  const updates: string[] = []
  const positions: (readonly [DocumentId, number])[] = []
  for (const [index, entry] of after.entries.entries()) {
    const was = old.get(entry.id)
    old.delete(entry.id)
    if (was === entry) continue
    if (was === undefined) inserts.push(docOf(docs, entry))
    else if (was.digest !== entry.digest) updates.push(docOf(docs, entry))
    if (was === undefined || isMoved(was, entry)) positions.push([entry.id, index])
  }
  const deletes = [...old.keys()]
  const total = before.total === after.total ? null : after.total
  const isEmpty = inserts.length + updates.length + deletes.length + positions.length === 0 && total === null
  return isEmpty ? null : { inserts, updates, deletes, positions, total }
}

/** The documents that were read, by their keys. */
export function docsById(rows: readonly LiveRow[]): ReadonlyMap<DocumentId, string> {
  return new Map(rows.map(({ id, doc }) => [id, doc]))
}

/** Documents that did not change keep their order among each other, so only a new sort value moves one. */
function isMoved(was: WindowEntry, entry: WindowEntry): boolean {
  return was.sort.some((value, index) => compareStored(value, entry.sort[index] ?? null) !== 0)
}

function docOf(docs: ReadonlyMap<DocumentId, string>, { id }: WindowEntry): string {
  const doc = docs.get(id)
  if (doc === undefined) throw new Error("A document that entered or changed in a window was not read.")
  return doc
}
