import type { DashboardState, ListName, Overlay, Sight, Turn } from "./dashboard-state.ts"
import type { Numbered } from "./entry-ring.ts"
import { moveOf } from "./key-moves.ts"
import type { KeyName } from "./key-name.ts"
import { mailIdOf } from "./mail-in-full.ts"
import type { PaneName } from "./panes.ts"
import { paneAfter } from "./panes.ts"
import { pressAnywhere } from "./press-anywhere.ts"
import type { Move, Selection } from "./selection.ts"
import { followNewest, indexOfSelection, moveSelection } from "./selection.ts"

/** What a key does while the panes are in front. */
export function pressInPanes(state: DashboardState, key: KeyName, sight: Sight): Turn {
  const move = moveOf(key)
  if (move !== undefined) return moveInPane(state, move, sight)
  if (key.name === "tab" || key.name === "right") return stay({ ...state, focus: paneAfter(state.focus, 1) })
  if (key.name === "backTab" || key.name === "left") return stay({ ...state, focus: paneAfter(state.focus, -1) })
  if (key.name === "enter") return openSelected(state, sight)
  if (key.name === "escape") return stay({ ...state, search: { text: "", isTyping: false } })
  return key.name === "character" ? pressCharacter(state, key.character, sight) : stay(state)
}

/** Moves in the focused pane, if it lists something. */
export function moveInPane(state: DashboardState, move: Move, sight: Sight): Turn {
  const { focus } = state
  if (!isList(focus)) return stay(state)
  const { entries, rows } = sight.lists[focus]
  const selection = moveSelection(state.selections[focus], move, { ids: entries.map(({ id }) => id), rows })
  return stay({ ...state, selections: { ...state.selections, [focus]: selection } })
}

function openSelected(state: DashboardState, sight: Sight): Turn {
  if (state.focus === "requests") {
    const entry = chosen(sight.lists.requests.entries, state.selections.requests)
    if (entry === undefined) return stay(state)
    const overlay: Overlay = { kind: "request", entry, offset: 0, fetched: { state: "loading" } }
    return { state: { ...state, overlay }, effects: [{ kind: "fetchRequest", entry }] }
  }
  if (state.focus === "functions") {
    const entry = chosen(sight.lists.functions.entries, state.selections.functions)
    if (entry === undefined) return stay(state)
    const overlay: Overlay = { kind: "function", entry, offset: 0, fetched: { state: "loading" } }
    return { state: { ...state, overlay }, effects: [{ kind: "fetchFunction", entry }] }
  }
  if (state.focus !== "changes") return stay(state)
  const entry = chosen(sight.lists.changes.entries, state.selections.changes)
  if (entry?.kind === "log" && mailIdOf(entry) !== null) {
    const overlay: Overlay = { kind: "mail", entry, offset: 0, fetched: { state: "loading" } }
    return { state: { ...state, overlay }, effects: [{ kind: "fetchMail", entry }] }
  }
  return stay(entry === undefined ? state : { ...state, overlay: { kind: "change", entry, offset: 0 } })
}

function chosen<Entry>(entries: readonly Numbered<Entry>[], selection: Selection): Entry | undefined {
  const ids = entries.map(({ id }) => id)
  return entries[indexOfSelection(selection, ids)]?.entry
}

function pressCharacter(state: DashboardState, character: string, sight: Sight): Turn {
  switch (character) {
    case "/":
      return stay({ ...state, search: { ...state.search, isTyping: true } })
    case "e":
      return stay({ ...state, errorsOnly: !state.errorsOnly })
    case "z":
      return stay({ ...state, isZoomed: !state.isZoomed })
    case "c":
      return clear(state)
    default:
      return pressAnywhere(state, character, sight)
  }
}

function clear(state: DashboardState): Turn {
  const { focus } = state
  // What functions there are is no history.
  if (!isList(focus) || focus === "functions") return stay(state)
  return {
    state: { ...state, selections: { ...state.selections, [focus]: followNewest } },
    effects: [{ kind: "clear", pane: focus }],
  }
}

function stay(state: DashboardState): Turn {
  return { state, effects: [] }
}

/** Live queries are told in a line. */
function isList(pane: PaneName): pane is ListName {
  return pane !== "events"
}
