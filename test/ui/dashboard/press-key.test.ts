import { describe, expect, test } from "vitest"

import type { RequestEntry } from "../../../src/protocol/admin-api.ts"
import type { DashboardState, Effect, Sight } from "../../../src/ui/dashboard/dashboard-state.ts"
import { initialState } from "../../../src/ui/dashboard/dashboard-state.ts"
import type { KeyName } from "../../../src/ui/dashboard/key-name.ts"
import { pressKey } from "../../../src/ui/dashboard/press-key.ts"
import { functionDetail } from "./function-detail.ts"

const request = (id: number): { id: number; entry: RequestEntry } => ({
  id,
  entry: {
    kind: "request",
    seq: id,
    time: "2026-11-21T08:30:15.000Z",
    method: "GET",
    url: `/${id}`,
    status: 200,
    durationMs: 1,
    requestId: `req_${id}`,
  },
})

const numbered = <Entry>(entry: Entry, index: number): { id: number; entry: Entry } => ({ id: index + 1, entry })

const sight: Sight = {
  lists: {
    requests: { entries: [1, 2, 3, 4, 5].map(request), rows: 3 },
    changes: { entries: [], rows: 3 },
    functions: { entries: [functionDetail("first"), functionDetail("second")].map(numbered), rows: 3 },
  },
  overlay: { lineCount: 20, rows: 5 },
  hasPlan: false,
}

/** Presses one key after another; a word of several letters is the name of a key. */
function press(
  keys: string,
  start: Partial<DashboardState> = {},
  seen: Partial<Sight> = {},
): { readonly state: DashboardState; readonly effects: readonly Effect[] } {
  let state: DashboardState = { ...initialState, ...start }
  const effects: Effect[] = []
  for (const word of keys.split(" ")) {
    const key: KeyName =
      word.length === 1
        ? { name: "character", character: word }
        : { name: word as Exclude<KeyName["name"], "character"> }
    const turn = pressKey(state, key, { ...sight, ...seen })
    state = turn.state
    effects.push(...turn.effects)
  }
  return { state, effects }
}

describe("keys in the panes", () => {
  test.each([
    ["tab", "changes"],
    ["tab tab tab tab", "requests"],
    ["backTab", "functions"],
    ["right right left", "changes"],
  ])("%s leads to %s", (keys, focus) => {
    expect(press(keys).state.focus).toBe(focus)
  })

  test.each([
    ["up", 4],
    ["k k", 3],
    ["pageUp", 3],
    ["home", 1],
    ["g j", 2],
    ["up down", null],
    ["home end", null],
    ["home G", null],
    ["home pageDown pageDown", null],
  ])("%s chooses the request %s", (keys, id) => {
    expect(press(keys).state.selections.requests.id).toBe(id)
  })

  test("in the list of functions the first is chosen; Enter opens it and fetches its last calls", () => {
    const { state, effects } = press("down up enter", { focus: "functions" })

    expect(state.overlay).toMatchObject({ kind: "function", entry: { name: "first" }, fetched: { state: "loading" } })
    expect(effects).toMatchObject([{ kind: "fetchFunction", entry: { name: "first" } }])
    expect(press("down enter", { focus: "functions" }).state.overlay).toMatchObject({ entry: { name: "second" } })
    expect(press("c", { focus: "functions" }).effects).toEqual([])
  })

  test("Enter opens the chosen request and fetches the rest of it", () => {
    const { state, effects } = press("up enter")

    expect(state.overlay).toMatchObject({
      kind: "request",
      entry: { requestId: "req_4" },
      fetched: { state: "loading" },
    })
    expect(effects).toMatchObject([{ kind: "fetchRequest", entry: { requestId: "req_4" } }])
  })

  test("Enter in an empty list, and in a pane without entries, does nothing", () => {
    expect(press("tab enter").state.overlay).toBeNull()
    expect(press("tab tab enter up c").state.overlay).toBeNull()
  })

  test("p holds and releases, e shows errors only, z zooms, c clears the focused pane and follows the newest", () => {
    const { state, effects } = press("up p p e z c")

    expect(state).toMatchObject({ isPaused: false, errorsOnly: true, isZoomed: true })
    expect(state.selections.requests.id).toBeNull()
    expect(effects).toEqual([
      { kind: "pause", isPaused: true },
      { kind: "pause", isPaused: false },
      { kind: "clear", pane: "requests" },
    ])
  })

  test("q, Q and o work in the panes and over an overlay", () => {
    const wanted = [{ kind: "leave", how: "detach" }, { kind: "leave", how: "stop" }, { kind: "openApiPage" }]

    expect(press("q Q o").effects).toEqual(wanted)
    expect(press("? q Q o").effects).toEqual(wanted)
  })
})

describe("the search", () => {
  test("takes every letter, whatever it does elsewhere; Enter keeps it and Esc clears it", () => {
    const typed = press("/ q Q e backspace")
    const kept = press("/ p o enter")
    const cleared = press("/ p enter escape")

    expect(typed).toMatchObject({ state: { search: { text: "qQ", isTyping: true } }, effects: [] })
    expect(kept.state.search).toEqual({ text: "po", isTyping: false })
    expect(cleared.state.search).toEqual({ text: "", isTyping: false })
  })

  test("Backspace in an empty search ends it, and its length has a limit", () => {
    const text = "x".repeat(200)

    expect(press("/ backspace").state.search.isTyping).toBe(false)
    expect(press("y", { search: { text, isTyping: true } }).state.search.text).toBe(text)
  })
})

describe("an overlay", () => {
  test.each([
    ["down down", 2],
    ["up", 0],
    ["pageDown", 4],
    ["end", 15],
    ["end down", 15],
    ["end up", 14],
    ["end home", 0],
  ])("%s scrolls to line %d", (keys, offset) => {
    expect(press(`? ${keys}`).state.overlay?.offset).toBe(offset)
  })

  test.each(["escape", "backspace", "left", "?"])("%s closes the help", (key) => {
    expect(press(`? ${key}`).state.overlay).toBeNull()
  })

  test("keys of the panes do nothing behind it", () => {
    const { state, effects } = press("? c e z / tab")

    expect(state).toEqual({ ...initialState, overlay: { kind: "help", offset: 0 } })
    expect(effects).toEqual([])
  })
})

describe("a plan that waits", () => {
  test("w, a and u decide about it, v shows it whole", () => {
    const { state, effects } = press("w a u v", {}, { hasPlan: true })

    expect(effects.map(({ kind }) => kind)).toEqual(["writeMigration", "applyPlan", "undoEdit"])
    expect(state.overlay?.kind).toBe("plan")
  })

  test("without one, and while one is applied, these keys do nothing", () => {
    expect(press("w a u v").effects).toEqual([])
    expect(press("w a u", { progress: { message: "Copying" } }, { hasPlan: true }).effects).toEqual([])
  })
})

describe("a question", () => {
  test.each([
    ["y", "yes"],
    ["n", "no"],
    ["escape", "cancel"],
  ])("%s answers it", (key, answer) => {
    const { state, effects } = press(key, { question: "Sure?" })

    expect(state.question).toBeNull()
    expect(effects).toEqual([{ kind: "answer", answer }])
  })

  test("other keys leave it open, Ctrl-C works all the same", () => {
    const { state, effects } = press("q x enter interrupt", { question: "Sure?" })

    expect(state.question).toBe("Sure?")
    expect(effects).toEqual([{ kind: "interrupt" }])
  })
})
