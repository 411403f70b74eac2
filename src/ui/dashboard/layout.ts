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

/** How much of the height functions may take, and how much of the width beside events. */
const functionsShare = { rows: 0.3, columns: 0.65 }

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
  readonly functionCount: number
}): { readonly columns: PaneLayout; readonly last: readonly PaneArea[]; readonly isSingle: boolean } {
  const { columns, rows, focus, isZoomed, functionCount } = options
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
  const functionRows = rowsOfFunctions(functionCount, rows)
  if (columns < wideColumnsMin) {
    const listRows = rows - functionRows
    const functionColumns = functionCount === 0 ? Math.ceil(columns / 2) : Math.ceil(columns * functionsShare.columns)
    const requestRows = Math.ceil(listRows * 0.6)
    return {
      columns: [
        [area("requests", { columns, rows: requestRows }), area("changes", { columns, rows: listRows - requestRows })],
      ],
      last: [
        area("events", { columns: columns - functionColumns, rows: functionRows }),
        area("functions", { columns: functionColumns, rows: functionRows }),
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
        area("changes", { columns: right, rows: rows - smallPaneRows - functionRows }),
        area("events", { columns: right, rows: smallPaneRows }),
        area("functions", { columns: right, rows: functionRows }),
      ],
    ],
    last: [],
    isSingle: false,
  }
}

/** A row each, as far as there is room; a line where there are none. */
function rowsOfFunctions(count: number, rows: number): number {
  return Math.max(smallPaneRows, Math.min(count + 2, Math.floor(rows * functionsShare.rows)))
}
