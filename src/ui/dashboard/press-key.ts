import type { Answer, DashboardState, Sight, Turn } from "./dashboard-state.ts"
import type { KeyName } from "./key-name.ts"
import { moveOf } from "./key-moves.ts"
import { moveInPane, pressInPanes } from "./press-in-panes.ts"
import { pressInOverlay } from "./press-in-overlay.ts"

/** How long a search may be; what is typed beyond it is left out. */
const searchLengthMax = 200

/** What a key does: a pure step of the dashboard's state. Who is in front decides: a question, the search, an overlay. */
export function pressKey(state: DashboardState, key: KeyName, sight: Sight): Turn {
  if (key.name === "interrupt") return { state, effects: [{ kind: "interrupt" }] }
  if (state.question !== null) return pressInQuestion(state, key)
  if (state.search.isTyping) return pressInSearch(state, key, sight)
  if (state.overlay !== null) return pressInOverlay({ ...state, overlay: state.overlay }, key, sight)
  return pressInPanes(state, key, sight)
}

function pressInQuestion(state: DashboardState, key: KeyName): Turn {
  const give = (answer: Answer): Turn => ({
    state: { ...state, question: null },
    effects: [{ kind: "answer", answer }],
  })
  const character = key.name === "character" ? key.character.toLowerCase() : ""
  if (character === "y") return give("yes")
  if (character === "n") return give("no")
  if (key.name === "escape") return give("cancel")
  return { state, effects: [] }
}

function pressInSearch(state: DashboardState, key: KeyName, sight: Sight): Turn {
  const { text } = state.search
  const search = (changed: string, isTyping: boolean): Turn => ({
    state: { ...state, search: { text: changed, isTyping } },
    effects: [],
  })
  if (key.name === "character") return search((text + key.character).slice(0, searchLengthMax), true)
  if (key.name === "backspace") return search(withoutLast(text), text !== "")
  if (key.name === "escape") return search("", false)
  if (key.name === "enter") return search(text, false)
  const move = moveOf(key)
  return move === undefined ? { state, effects: [] } : moveInPane(state, move, sight)
}

/** Takes away what a person sees as one character. */
function withoutLast(text: string): string {
  const characters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment)
  return characters.slice(0, -1).join("")
}
