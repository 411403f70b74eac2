import type { DashboardState, Overlay, Sight, Turn } from "./dashboard-state.ts"
import { moveOf } from "./key-moves.ts"
import type { KeyName } from "./key-name.ts"
import { pressAnywhere } from "./press-anywhere.ts"
import type { Move } from "./selection.ts"

/** The keys that lead back to the panes. */
const back: ReadonlySet<KeyName["name"]> = new Set(["escape", "backspace", "left"] as const)

/** The letter that opened an overlay closes it, too. */
const openers: Readonly<Record<Overlay["kind"], string | null>> = {
  help: "?",
  plan: "v",
  request: null,
  mail: null,
  change: null,
  function: null,
}

/** What a key does while a text covers the panes. */
export function pressInOverlay(
  state: DashboardState & { readonly overlay: Overlay },
  key: KeyName,
  sight: Sight,
): Turn {
  const { overlay } = state
  const character = key.name === "character" ? key.character : null
  const isClosed = back.has(key.name) || (character !== null && character === openers[overlay.kind])
  if (isClosed) return { state: { ...state, overlay: null }, effects: [] }
  const move = moveOf(key)
  if (move !== undefined) return { state: { ...state, overlay: scroll(overlay, move, sight) }, effects: [] }
  return character === null ? { state, effects: [] } : pressAnywhere(state, character, sight)
}

function scroll(overlay: Overlay, move: Move, sight: Sight): Overlay {
  const { lineCount, rows } = sight.overlay ?? { lineCount: 0, rows: 1 }
  const last = Math.max(0, lineCount - rows)
  const page = Math.max(1, rows - 1)
  const steps = { up: -1, down: 1, pageUp: -page, pageDown: page, home: -lineCount, end: lineCount }
  const offset = Math.min(overlay.offset, last) + steps[move]
  return { ...overlay, offset: Math.min(Math.max(0, offset), last) }
}
