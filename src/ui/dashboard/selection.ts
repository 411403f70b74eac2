/** Where a person is in a list that grows at its end. */
export interface Selection {
  /** The id of the chosen entry; null while the newest one is followed. */
  readonly id: number | null
  /** In which row of the pane it stands, so that it stays there while entries come and go. */
  readonly row: number
}

/** Follows the newest entry. */
export const followNewest: Selection = { id: null, row: 0 }

/** The first entry of a list that does not grow at its end; its ids begin with 1. */
export const firstOf: Selection = { id: 1, row: 0 }

/** The part of a list that is shown, and which of its entries is chosen. */
export interface Window {
  readonly start: number
  readonly end: number
  /** In the whole list; -1 when it is empty. */
  readonly index: number
}

/** What a movement asks for: steps of one, of a page, or to an end. */
export type Move = "up" | "down" | "pageUp" | "pageDown" | "home" | "end"

/** The place of the chosen entry in the ids shown, oldest first: the next younger one when it has gone. */
export function indexOfSelection({ id }: Selection, ids: readonly number[]): number {
  if (id === null) return ids.length - 1
  const index = ids.findIndex((other) => other >= id)
  return index === -1 ? ids.length - 1 : index
}

/** Which entries a pane of so many rows shows. */
export function windowOf(selection: Selection, ids: readonly number[], rows: number): Window {
  const index = indexOfSelection(selection, ids)
  const last = Math.max(0, ids.length - rows)
  const start = selection.id === null ? last : Math.min(Math.max(0, index - Math.min(selection.row, rows - 1)), last)
  return { start, end: Math.min(ids.length, start + rows), index }
}

/** Moves in a list; at its end the newest entry is followed again. */
export function moveSelection(
  selection: Selection,
  move: Move,
  list: { readonly ids: readonly number[]; readonly rows: number },
): Selection {
  const { ids, rows } = list
  if (ids.length === 0) return followNewest
  const { start, index } = windowOf(selection, ids, rows)
  const page = Math.max(1, rows - 1)
  const steps: Record<Move, number> = {
    up: -1,
    down: 1,
    pageUp: -page,
    pageDown: page,
    home: -ids.length,
    end: ids.length,
  }
  const target = Math.min(Math.max(0, index + steps[move]), ids.length - 1)
  if (target === ids.length - 1 && steps[move] > 0) return followNewest
  // A page turns the list under the row; a step moves the row until it meets the edge.
  const isPage = move === "pageUp" || move === "pageDown"
  const row = isPage ? index - start : Math.min(Math.max(0, target - start), rows - 1)
  return { id: ids[target]!, row }
}
