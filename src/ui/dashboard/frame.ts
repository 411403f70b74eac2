import type { Meaning, Paint } from "../paint.ts"
import { cellsOf, cutText, fitText } from "./fit-text.ts"

export interface FrameLook {
  readonly paint: Paint
  readonly title: string
  /** At the right end of the upper edge. */
  readonly note?: string
  /** At the right end of the lower edge; a frame of one line has none. */
  readonly foot?: string
  /** Of the whole frame, its edges included. */
  readonly columns: number
  readonly rows: number
  /** How the edges are painted. */
  readonly tone: Meaning
  /** `box` has four edges; `line` has only the upper one, and gives the room of the others to what it holds. */
  readonly style: FrameStyle
}

export type FrameStyle = "box" | "line"

/** How much room a frame leaves inside. */
export function roomInside(area: { readonly columns: number; readonly rows: number; readonly style: FrameStyle }): {
  readonly columns: number
  readonly rows: number
} {
  const { columns, rows, style } = area
  return style === "box"
    ? { columns: Math.max(1, columns - 4), rows: Math.max(1, rows - 2) }
    : { columns: Math.max(1, columns), rows: Math.max(1, rows - 1) }
}

/** Sets lines in a frame with a title: exactly so many lines come out, each exactly so wide. */
export function frame(lines: readonly string[], look: FrameLook): readonly string[] {
  const { paint, columns, style, tone } = look
  const inside = roomInside(look)
  const shown = Array.from({ length: inside.rows }, (_, row) => lines[row] ?? "")
  if (style === "line") return [upperEdge(look), ...shown.map((line) => fitText(line, columns))]
  const side = paint(tone, "│")
  return [upperEdge(look), ...shown.map((line) => `${side} ${fitText(line, inside.columns)} ${side}`), lowerEdge(look)]
}

function upperEdge({ paint, title, note = "", columns, tone, style }: FrameLook): string {
  const [left, right] = style === "box" ? ["╭─", "─╮"] : ["──", "──"]
  const room = Math.max(0, columns - 6)
  const shownTitle = cutText(title, room)
  const rest = room - cellsOf(shownTitle)
  const shownNote = note !== "" && rest >= cellsOf(note) + 3 ? note : ""
  const fill = "─".repeat(Math.max(0, rest - (shownNote === "" ? 0 : cellsOf(shownNote) + 2)))
  const noted = shownNote === "" ? "" : ` ${paint("quiet", shownNote)} `
  return `${paint(tone, left)} ${shownTitle} ${paint(tone, fill)}${noted}${paint(tone, right)}`
}

function lowerEdge({ paint, foot = "", columns, tone }: FrameLook): string {
  const shown = foot !== "" && cellsOf(foot) + 8 <= columns ? foot : ""
  if (shown === "") return paint(tone, `╰${"─".repeat(Math.max(0, columns - 2))}╯`)
  const fill = "─".repeat(Math.max(0, columns - 6 - cellsOf(shown)))
  return `${paint(tone, `╰─${fill}`)} ${paint("quiet", shown)} ${paint(tone, "─╯")}`
}
