import type { RequestEntry } from "../../protocol/admin-api.ts"
import type { FunctionDetail } from "../../protocol/functions-api.ts"
import type { ChangeEntry, DevSnapshot } from "../dev-store.ts"
import type { DashboardState } from "./dashboard-state.ts"
import type { Numbered } from "./entry-ring.ts"

/** What the lists show: everything, or what fits the search and "errors only". */
export interface VisibleEntries {
  readonly requests: readonly Numbered<RequestEntry>[]
  readonly changes: readonly Numbered<ChangeEntry>[]
  readonly functions: readonly Numbered<FunctionDetail>[]
}

/** Leaves out what the person does not want to see. */
export function visibleEntries(
  { requests, changes, functions }: Pick<DevSnapshot, "requests" | "changes" | "functions">,
  { search, errorsOnly }: Pick<DashboardState, "search" | "errorsOnly">,
): VisibleEntries {
  if (search.text === "" && !errorsOnly) return { requests, changes, functions }
  const wanted = search.text.toLowerCase()
  return {
    requests: requests.filter(
      ({ entry }) => (!errorsOnly || entry.status >= 400) && wordsOfRequest(entry).includes(wanted),
    ),
    changes: changes.filter(
      ({ entry }) => (!errorsOnly || isBad(entry)) && wordsOfChange(entry).toLowerCase().includes(wanted),
    ),
    functions: functions.filter(
      ({ entry }) =>
        (!errorsOnly || entry.state !== "serving" || entry.calls.failed > 0) &&
        entry.name.toLowerCase().includes(wanted),
    ),
  }
}

function wordsOfRequest({ method, url, status, code = "", requestId }: RequestEntry): string {
  return `${method} ${url} ${status} ${code} ${requestId}`.toLowerCase()
}

function isBad(entry: ChangeEntry): boolean {
  switch (entry.kind) {
    case "reload":
      return entry.outcome === "refused"
    case "build":
      return entry.outcome === "failed"
    case "log":
      return entry.level === "warn" || entry.level === "error"
    case "lost":
    case "death":
      return true
  }
}

function wordsOfChange(entry: ChangeEntry): string {
  switch (entry.kind) {
    case "reload":
      return `${entry.cause} ${entry.outcome} ${entry.changes.join(" ")} ${entry.error?.message ?? ""}`
    case "build":
      return `function ${entry.name} ${entry.outcome} ${entry.error?.message ?? ""}`
    case "log":
      return `${entry.level} ${entry.message} ${entry.fields === undefined ? "" : JSON.stringify(entry.fields)}`
    case "lost":
      return "lost"
    case "death":
      return `daemon died ${entry.lines.join(" ")}`
  }
}
