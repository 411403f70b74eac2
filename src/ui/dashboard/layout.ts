import type { FrameStyle } from "./frame.ts"
import type { PaneName } from "./panes.ts"

/** The smallest window that the dashboard is drawn in. */
export const windowMin = { columns: 60, rows: 15 }

/** From this width on the panes stand side by side. */
const wideColumnsMin = 130

/** From this size on more than one pane is shown. */
const manyPanesMin = { columns: 80, rows: 14 }

/** Two edges and a line. */
const smallPaneRows = 3

/** Where a pane is drawn. */
export interface PaneArea {
  readonly pane: PaneName
  readonly columns: number
  readonly rows: number
  readonly style: FrameStyle
  readonly isFocused: boolean
}

/** Panes in columns: those of one column stand below each other. */
export type PaneLayout = readonly (readonly PaneArea[])[]

/**
 * Sets the panes in the room between header and key bar: side by side in a wide window, below each other in a usual
 * one, and the focused one alone in a small one. Events and functions have a line each until there are some.
 */
export function layoutPanes(options: {
  readonly columns: number
  readonly rows: number
  readonly focus: PaneName
  readonly isZoomed: boolean
}): { readonly columns: PaneLayout; readonly last: readonly PaneArea[]; readonly isSingle: boolean } {
  const { columns, rows, focus, isZoomed } = options
  const area = (pane: PaneName, size: { columns: number; rows: number }): PaneArea => ({
    pane,
    ...size,
    style: "box",
    isFocused: pane === focus,
  })
  if (isZoomed || columns < manyPanesMin.columns || rows < manyPanesMin.rows) {
    const style = columns < manyPanesMin.columns || rows < manyPanesMin.rows ? "line" : "box"
    return { columns: [[{ ...area(focus, { columns, rows }), style }]], last: [], isSingle: true }
  }
  const half = Math.floor(columns / 2)
  if (columns < wideColumnsMin) {
    const listRows = rows - smallPaneRows
    const requestRows = Math.ceil(listRows * 0.6)
    return {
      columns: [
        [area("requests", { columns, rows: requestRows }), area("changes", { columns, rows: listRows - requestRows })],
      ],
      last: [
        area("events", { columns: half, rows: smallPaneRows }),
        area("functions", { columns: columns - half, rows: smallPaneRows }),
      ],
      isSingle: false,
    }
  }
  const left = Math.floor(columns * 0.56)
  const right = columns - left
  return {
    columns: [
      [area("requests", { columns: left, rows })],
      [
        area("changes", { columns: right, rows: rows - 2 * smallPaneRows }),
        area("events", { columns: right, rows: smallPaneRows }),
        area("functions", { columns: right, rows: smallPaneRows }),
      ],
    ],
    last: [],
    isSingle: false,
  }
}
