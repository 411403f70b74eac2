import type { Happened, LiveView, ViewRow } from "../../client/live-view.ts"
import type { LiveDocument } from "../../protocol/realtime-api.ts"
import { countOf, showCount } from "../amount.ts"
import { cutText, fitText } from "../dashboard/fit-text.ts"
import type { Meaning } from "../paint.ts"
import { printable } from "../printable.ts"
import type { OutputStream } from "../terminal.ts"
import { widthOf } from "../wrap-text.ts"
import type { LiveOutput } from "./live-output.ts"

/** A column takes no more than this, so that a long text leaves room for others. */
const columnMax = 40

const looks: Readonly<Record<Exclude<Happened, null>, { readonly mark: string; readonly meaning: Meaning }>> = {
  inserted: { mark: "+", meaning: "good" },
  updated: { mark: "~", meaning: "warn" },
  deleted: { mark: "-", meaning: "bad" },
}

/** The room that a table has. */
export interface TableRoom {
  readonly columns: number
  readonly rows: number
}

/** The lines of a table of a view: a head, and as many rows as there is room for; the newest changes are coloured. */
export function tableLines(
  view: LiveView,
  { paint, room, title }: { readonly paint: OutputStream["paint"]; readonly room: TableRoom; readonly title: string },
): readonly string[] {
  const rows = view.rows()
  const head = `${paint("strong", printable(title))} ${paint("quiet", `${showCount(rows.filter(isThere).length)} of ${countOf(view.total, "document")}`)}`
  const shownRows = rows.slice(0, Math.max(1, room.rows - 3))
  const names = [...new Set(shownRows.flatMap(({ doc }) => Object.keys(doc)))]
  const widths = names.map((name) =>
    Math.min(columnMax, Math.max(name.length, ...shownRows.map(({ doc }) => cellOf(doc, name).length))),
  )
  const line = (cells: readonly string[]): string =>
    cutText(
      cells
        .map((cell, index) => fitText(cell, widths[index]!))
        .join("  ")
        .trimEnd(),
      room.columns - 2,
    )
  const hidden = rows.length - shownRows.length
  return [
    cutText(head, room.columns),
    paint("quiet", `  ${line(names)}`),
    ...shownRows.map((row) => rowLine(row, line(names.map((name) => cellOf(row.doc, name))), paint)),
    ...(hidden > 0 ? [paint("quiet", `  … ${countOf(hidden, "more document")}`)] : []),
  ]
}

/** A live table, which also follows the size of its terminal. */
export interface LiveTable extends LiveOutput {
  /** Draws it again, after a change of the terminal's size. */
  readonly redraw: () => void
}

/** A table that is drawn over itself with every event. */
export function liveTable(
  out: OutputStream,
  options: { readonly view: LiveView; readonly title: string; readonly rows: () => number },
): LiveTable {
  const { view, title } = options
  let drawn: readonly string[] = []
  const draw = (): void => {
    const room = { columns: out.columns, rows: options.rows() }
    const lines = tableLines(view, { paint: out.paint, room, title })
    const up = drawn.length === 0 ? "" : `\u001B[${rowsTaken(drawn, room)}A\r\u001B[J`
    out.write(`${up}${lines.join("\n")}\n`)
    drawn = lines
  }
  return {
    show(event) {
      if (event.type === "snapshot") view.takeSnapshot(event.payload)
      else if (event.type === "delta") view.takeDelta(event.payload)
      draw()
    },
    redraw: () => {
      if (drawn.length > 0) draw()
    },
  }
}

/** How far above the cursor the table begins: a terminal that became narrower has broken its lines. */
function rowsTaken(lines: readonly string[], { columns, rows }: TableRoom): number {
  const taken = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0)
  return Math.min(taken, rows - 1)
}

function isThere({ happened }: ViewRow): boolean {
  return happened !== "deleted"
}

function rowLine({ happened }: ViewRow, text: string, paint: OutputStream["paint"]): string {
  if (happened === null) return `  ${text}`
  const { mark, meaning } = looks[happened]
  return paint(meaning, `${mark} ${text}`)
}

function cellOf(doc: LiveDocument, name: string): string {
  const value = doc[name]
  if (value === undefined) return ""
  return printable(typeof value === "string" ? value : JSON.stringify(value))
}
