import type { DevSnapshot } from "../dev-store.ts"
import type { Paint } from "../paint.ts"
import { barLines } from "./bar-lines.ts"
import type { Sight } from "./dashboard-state.ts"
import { roomInside } from "./frame.ts"
import { fitText } from "./fit-text.ts"
import { headerLines } from "./header-lines.ts"
import type { PaneArea } from "./layout.ts"
import { layoutPanes, windowMin } from "./layout.ts"
import type { OverlayText } from "./overlay-lines.ts"
import { overlayArea, overlayLines } from "./overlay-lines.ts"
import { paneLines } from "./pane-lines.ts"
import type { PaneName } from "./panes.ts"
import type { VisibleEntries } from "./visible-entries.ts"
import { visibleEntries } from "./visible-entries.ts"

/** The screen as lines, and what the keys need to know of it. */
export interface Drawing {
  readonly header: readonly string[]
  readonly panel: readonly string[]
  readonly body: readonly string[]
  readonly bar: readonly string[]
  readonly sight: Sight
}

export interface WindowSize {
  readonly columns: number
  readonly rows: number
}

/** Header, gap for the panes, and the key bar. */
const headerRows = 2

/** What the panes keep of a window that a panel wants for itself. */
const bodyRowsMin = 3

/** Draws the dashboard for a window. The costly parts, a panel and an overlay, are made by those who can keep them. */
export function drawDashboard(
  snapshot: DevSnapshot,
  options: {
    readonly window: WindowSize
    readonly paint: Paint
    readonly panel: (room: { readonly columns: number; readonly rows: number }) => readonly string[]
    readonly overlay: (columns: number) => OverlayText | null
  },
): Drawing {
  const { window, paint } = options
  const { columns, rows } = window
  const { view } = snapshot
  const entries = visibleEntries(snapshot, view)
  if (columns < windowMin.columns || rows < windowMin.rows) return tooSmall(snapshot, entries, window)
  const bar = barLines(snapshot, { paint, columns })
  const free = rows - headerRows - bar.length
  // What somebody has opened is what they read; a plan is still asked for beside it.
  const share = view.overlay !== null && !snapshot.stats?.plan ? 0.25 : 0.6
  const panel = options.panel({ columns, rows: Math.max(3, Math.min(Math.ceil(free * share), free - bodyRowsMin)) })
  const bodyRows = Math.max(1, free - panel.length)
  const areas = layoutPanes({
    columns,
    rows: bodyRows,
    focus: view.focus,
    isZoomed: view.isZoomed,
    functionCount: snapshot.functions.length,
  })
  const all = [...areas.columns.flat(), ...areas.last]
  const lists = {
    requests: { entries: entries.requests, rows: listRows(all, "requests", bodyRows) },
    changes: { entries: entries.changes, rows: listRows(all, "changes", bodyRows) },
    functions: { entries: entries.functions, rows: listRows(all, "functions", bodyRows) },
  }
  const header = headerLines(snapshot, { paint, columns })
  const hasPlan = Boolean(snapshot.stats?.plan)
  const style = all[0]!.style
  const covering = overlayArea({ columns, rows: bodyRows, style })
  const text = view.overlay === null ? null : options.overlay(covering.inside.columns)
  if (text !== null && view.overlay !== null) {
    const body = overlayLines(text, view.overlay, { ...covering, paint })
    const overlay = { lineCount: text.lines.length, rows: covering.inside.rows }
    return { header, panel, body, bar, sight: { lists, overlay, hasPlan } }
  }
  const draw = (area: PaneArea): readonly string[] =>
    paneLines(area, { snapshot, entries, paint, isSingle: areas.isSingle })
  const body = [
    ...sideBySide(areas.columns, draw),
    ...sideBySide(
      areas.last.map((area) => [area]),
      draw,
    ),
  ]
  return { header, panel, body, bar, sight: { lists, overlay: null, hasPlan } }
}

/** One sentence, in a window that is too small for more; the keys work all the same. */
function tooSmall(snapshot: DevSnapshot, entries: VisibleEntries, { columns, rows }: WindowSize): Drawing {
  const text = `alyx dev needs ${windowMin.columns}×${windowMin.rows}, this is ${columns}×${rows}; q detaches, Q stops`
  const lists = {
    requests: { entries: entries.requests, rows: 1 },
    changes: { entries: entries.changes, rows: 1 },
    functions: { entries: entries.functions, rows: 1 },
  }
  const sight = { lists, overlay: null, hasPlan: Boolean(snapshot.stats?.plan) }
  return { header: [], panel: [], body: [fitText(text, columns)], bar: [], sight }
}

function listRows(areas: readonly PaneArea[], pane: PaneName, rows: number): number {
  const area = areas.find((one) => one.pane === pane)
  return area === undefined ? rows : roomInside(area).rows
}

/** Joins columns of panes row by row. */
function sideBySide(
  columns: readonly (readonly PaneArea[])[],
  draw: (area: PaneArea) => readonly string[],
): readonly string[] {
  const drawn = columns.map((areas) => areas.flatMap(draw))
  const [first = [], ...others] = drawn
  return first.map((line, row) => [line, ...others.map((lines) => lines[row] ?? "")].join(""))
}
