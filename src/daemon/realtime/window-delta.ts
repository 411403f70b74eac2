import { isMoved } from "./window.ts"
import type { DocumentId, LiveWindow, WindowStep } from "./window.ts"

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

/** Says what a step changed; null when nobody could see a difference. */
export function windowDelta(before: LiveWindow, { window, gone, came }: WindowStep): WindowDelta | null {
  const old = new Map(gone.map((entry) => [entry.id, entry]))
  const inserts: string[] = []
  const updates: string[] = []
  const positions: (readonly [DocumentId, number])[] = []
  const places = new Map(came.map(({ entry }) => [entry, window.entries.indexOf(entry)]))
  const placed = came.map((arrival) => ({ ...arrival, index: places.get(arrival.entry) ?? 0 }))
  placed.sort((a, b) => a.index - b.index)
  for (const { entry, doc, index } of placed) {
    const was = old.get(entry.id)
    old.delete(entry.id)
    if (was === undefined) inserts.push(doc)
    else if (was.digest !== entry.digest) updates.push(doc)
    if (was === undefined || isMoved(was, entry)) positions.push([entry.id, index])
  }
  const deletes = [...old.keys()]
  const total = before.total === window.total ? null : window.total
  const isEmpty = inserts.length + updates.length + deletes.length + positions.length === 0 && total === null
  return isEmpty ? null : { inserts, updates, deletes, positions, total }
}
