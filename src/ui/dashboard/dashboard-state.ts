import type { LogLine, RequestDetail, RequestEntry } from "../../protocol/admin-api.ts"
import type { MailView } from "../../protocol/auth-api.ts"
import type { ExecutionDetail, FunctionDetail } from "../../protocol/functions-api.ts"
import type { Progress } from "../../protocol/progress.ts"
import type { ChangeEntry } from "../dev-store.ts"
import type { Numbered } from "./entry-ring.ts"
import type { PaneName } from "./panes.ts"
import type { Selection } from "./selection.ts"
import { firstOf, followNewest } from "./selection.ts"

/** What a request is shown with: while it is fetched, once it is there, or why it is not. */
export type FetchedRequest =
  | { readonly state: "loading" }
  | { readonly state: "there"; readonly detail: RequestDetail }
  | { readonly state: "missing"; readonly reason: string }

/** What a mail is shown with. */
export type FetchedMail =
  | { readonly state: "loading" }
  | { readonly state: "there"; readonly mail: MailView }
  | { readonly state: "missing"; readonly reason: string }

/** What a function is shown with: its last calls, newest first. */
export type FetchedFunction =
  | { readonly state: "loading" }
  | { readonly state: "there"; readonly executions: readonly ExecutionDetail[] }
  | { readonly state: "missing"; readonly reason: string }

/** What covers the panes. `offset` is its first line shown; it may be too large, and is cut to what there is. */
export type Overlay =
  | { readonly kind: "help"; readonly offset: number }
  | { readonly kind: "plan"; readonly offset: number }
  | {
      readonly kind: "request"
      readonly entry: RequestEntry
      readonly offset: number
      readonly fetched: FetchedRequest
    }
  | { readonly kind: "mail"; readonly entry: LogLine; readonly offset: number; readonly fetched: FetchedMail }
  | { readonly kind: "change"; readonly entry: ChangeEntry; readonly offset: number }
  | {
      readonly kind: "function"
      readonly entry: FunctionDetail
      readonly offset: number
      readonly fetched: FetchedFunction
    }

/** The panes in which something can be chosen. */
export type ListName = "requests" | "changes" | "functions"

/** What the person did with the screen. What the daemon said is in the store beside it. */
export interface DashboardState {
  readonly focus: PaneName
  readonly selections: Readonly<Record<ListName, Selection>>
  /** Lists show only what contains this text. */
  readonly search: { readonly text: string; readonly isTyping: boolean }
  readonly errorsOnly: boolean
  readonly isPaused: boolean
  /** Shows the focused pane alone, however large the window. */
  readonly isZoomed: boolean
  readonly overlay: Overlay | null
  /** Waits for y or n. */
  readonly question: string | null
  /** Long work that was asked for here; null when there is none. */
  readonly progress: Progress | null
}

export const initialState: DashboardState = {
  focus: "requests",
  selections: { requests: followNewest, changes: followNewest, functions: firstOf },
  search: { text: "", isTyping: false },
  errorsOnly: false,
  isPaused: false,
  isZoomed: false,
  overlay: null,
  question: null,
  progress: null,
}

/** To a question: Esc gives up what it belongs to. */
export type Answer = "yes" | "no" | "cancel"

/** What is done outside of the state when a key was pressed. */
export type Effect =
  | { readonly kind: "leave"; readonly how: "detach" | "stop" }
  | { readonly kind: "interrupt" }
  | { readonly kind: "fetchRequest"; readonly entry: RequestEntry }
  | { readonly kind: "fetchMail"; readonly entry: LogLine }
  | { readonly kind: "fetchFunction"; readonly entry: FunctionDetail }
  | { readonly kind: "pause"; readonly isPaused: boolean }
  | { readonly kind: "clear"; readonly pane: "requests" | "changes" }
  | { readonly kind: "openApiPage" }
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "writeMigration" }
  | { readonly kind: "applyPlan" }
  | { readonly kind: "undoEdit" }

/** The state after a key, and what is to be done. */
export interface Turn {
  readonly state: DashboardState
  readonly effects: readonly Effect[]
}

/** What the person sees while pressing a key, as far as keys depend on it. */
export interface Sight {
  /** What the lists show, oldest first, and how many rows they have. */
  readonly lists: {
    readonly requests: { readonly entries: readonly Numbered<RequestEntry>[]; readonly rows: number }
    readonly changes: { readonly entries: readonly Numbered<ChangeEntry>[]; readonly rows: number }
    readonly functions: { readonly entries: readonly Numbered<FunctionDetail>[]; readonly rows: number }
  }
  /** How long the text is that covers the panes; null when nothing does. */
  readonly overlay: { readonly lineCount: number; readonly rows: number } | null
  /** True while a plan waits for a decision. */
  readonly hasPlan: boolean
}
