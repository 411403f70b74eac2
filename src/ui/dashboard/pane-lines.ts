import { showCount } from "../amount.ts"
import type { DevSnapshot } from "../dev-store.ts"
import type { Paint } from "../paint.ts"
import { printable } from "../printable.ts"
import { functionRow } from "./function-row.ts"
import { changeRow } from "./change-row.ts"
import type { DashboardState } from "./dashboard-state.ts"
import { frame, roomInside } from "./frame.ts"
import type { PaneArea } from "./layout.ts"
import { liveLine } from "./live-line.ts"
import { listPane } from "./list-pane.ts"
import type { PaneName } from "./panes.ts"
import { paneNames, paneTitles } from "./panes.ts"
import { requestRow } from "./request-row.ts"
import type { VisibleEntries } from "./visible-entries.ts"

/** What the panes are drawn from. */
export interface PaneParts {
  readonly snapshot: DevSnapshot
  readonly entries: VisibleEntries
  readonly paint: Paint
  readonly isSingle: boolean
}

/** A pane of the present layout, drawn. */
export function paneLines(area: PaneArea, { snapshot, entries, paint, isSingle }: PaneParts): readonly string[] {
  const { view } = snapshot
  const title = isSingle ? tabs(area.pane, paint) : titleOf(area, paint)
  const shared = { area, title, paint }
  switch (area.pane) {
    case "requests":
      return listPane(entries.requests, {
        ...shared,
        note: filterNote(view, entries.requests.length, snapshot.requests.length),
        selection: view.selections.requests,
        empty: emptyRequests(snapshot, roomInside(area).columns),
        row: (entry, columns) => requestRow(entry, { paint, columns }),
      })
    case "changes":
      return listPane(entries.changes, {
        ...shared,
        note: filterNote(view, entries.changes.length, snapshot.changes.length),
        selection: view.selections.changes,
        empty: [paint("quiet", snapshot.changes.length === 0 ? "Nothing yet." : "Nothing that fits.")],
        row: (entry, columns) => changeRow(entry, { paint, columns }),
      })
    case "events":
      return eventsPane(shared, snapshot)
    case "functions":
      return listPane(entries.functions, {
        ...shared,
        note: filterNote(view, entries.functions.length, snapshot.functions.length),
        selection: view.selections.functions,
        empty: [paint("quiet", emptyFunctions(snapshot, roomInside(area).columns))],
        row: (entry, columns) => functionRow(entry, { paint, columns }),
      })
  }
}

/** Who follows what, while somebody does. */
function eventsPane(
  shared: { area: PaneArea; title: string; paint: Paint },
  { stats, liveRate }: DevSnapshot,
): readonly string[] {
  const { area, title, paint } = shared
  const line = liveLine(stats?.realtime, { paint, messagesPerSecond: liveRate })
  if (line === null) return emptyPane(shared, "No events yet.")
  return frame([line], { ...area, paint, title, tone: area.isFocused ? "name" : "quiet" })
}

function emptyPane(shared: { area: PaneArea; title: string; paint: Paint }, text: string): readonly string[] {
  const { area, title, paint } = shared
  return frame([paint("quiet", text)], { ...area, paint, title, tone: area.isFocused ? "name" : "quiet" })
}

function titleOf({ pane, isFocused }: PaneArea, paint: Paint): string {
  return isFocused ? paint("name", paint("strong", paneTitles[pane])) : paneTitles[pane]
}

/** All panes by name, where only one has room. */
function tabs(focus: PaneName, paint: Paint): string {
  return paneNames
    .map((name) => (name === focus ? paint("chosen", ` ${paneTitles[name]} `) : paint("quiet", paneTitles[name])))
    .join(" ")
}

/** What is left out, and why. */
function filterNote({ search, errorsOnly }: DashboardState, shown: number, all: number): string {
  if (search.text === "" && !errorsOnly) return all === 0 ? "" : showCount(all)
  const why = [...(errorsOnly ? ["errors"] : []), ...(search.text === "" ? [] : [`“${printable(search.text)}”`])].join(
    ", ",
  )
  return `${why}: ${showCount(shown)} of ${showCount(all)}`
}

function emptyFunctions({ functions }: DevSnapshot, columns: number): string {
  if (functions.length > 0) return "Nothing that fits."
  const hint = "None yet: alyx generate function hello"
  return hint.length <= columns ? hint : "No functions yet."
}

/** The command stands on a line of its own where the hint does not fit on one, so that it can be copied. */
function emptyRequests({ requests, stats, daemon }: DevSnapshot, columns: number): readonly string[] {
  if (requests.length > 0) return ["Nothing that fits."]
  const collection = stats?.schema.collections[0]?.name ?? ""
  const command = printable(`curl ${daemon.url ?? ""}/api/collections/${collection}`)
  const whole = `None yet. Try: ${command}`
  return whole.length <= columns ? [whole] : ["None yet. Try:", command]
}
