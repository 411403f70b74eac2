import type { DashboardState, Effect, Sight, Turn } from "./dashboard-state.ts"

/** What works in the panes and beside an overlay: leaving, pausing, the API page, and the decision about a plan. */
export function pressAnywhere(state: DashboardState, character: string, sight: Sight): Turn {
  const does = (effect: Effect): Turn => ({ state, effects: [effect] })
  switch (character) {
    case "q":
      return does({ kind: "leave", how: "detach" })
    case "Q":
      return does({ kind: "leave", how: "stop" })
    case "o":
      return does({ kind: "openApiPage" })
    case "?":
      return { state: { ...state, overlay: { kind: "help", offset: 0 } }, effects: [] }
    case "p":
      return {
        state: { ...state, isPaused: !state.isPaused },
        effects: [{ kind: "pause", isPaused: !state.isPaused }],
      }
    default:
      return sight.hasPlan && state.progress === null ? pressAtPlan(state, character) : { state, effects: [] }
  }
}

function pressAtPlan(state: DashboardState, character: string): Turn {
  switch (character) {
    case "v":
      return { state: { ...state, overlay: { kind: "plan", offset: 0 } }, effects: [] }
    case "w":
      return { state, effects: [{ kind: "writeMigration" }] }
    case "a":
      return { state, effects: [{ kind: "applyPlan" }] }
    case "u":
      return { state, effects: [{ kind: "undoEdit" }] }
    default:
      return { state, effects: [] }
  }
}
