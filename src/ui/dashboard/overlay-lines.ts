import { showCount } from "../amount.ts"
import type { Paint } from "../paint.ts"
import type { Overlay } from "./dashboard-state.ts"
import { frame, roomInside } from "./frame.ts"
import type { PaneArea } from "./layout.ts"

/** What covers the panes: its title, and all of its lines. */
export interface OverlayText {
  readonly title: string
  readonly lines: readonly string[]
}

type FramedArea = Pick<PaneArea, "columns" | "rows" | "style"> & {
  readonly inside: { readonly columns: number; readonly rows: number }
}

/** An area with the room that its frame leaves. */
export function overlayArea(area: Pick<PaneArea, "columns" | "rows" | "style">): FramedArea {
  return { ...area, inside: roomInside(area) }
}

/** The part of a text that is scrolled to, in a frame that says which part it is. */
export function overlayLines(
  { title, lines }: OverlayText,
  overlay: Overlay,
  { paint, inside, ...area }: FramedArea & { readonly paint: Paint },
): readonly string[] {
  const start = Math.min(overlay.offset, Math.max(0, lines.length - inside.rows))
  const end = Math.min(lines.length, start + inside.rows)
  const place =
    lines.length > inside.rows ? `lines ${showCount(start + 1)}–${showCount(end)} of ${showCount(lines.length)}` : ""
  return frame(lines.slice(start, end), {
    ...area,
    paint,
    title: paint("strong", title),
    note: area.style === "line" ? place : "",
    foot: place,
    tone: "name",
  })
}
