import { stripVTControlCharacters } from "node:util"

import { showCount } from "../amount.ts"
import type { Paint } from "../paint.ts"
import type { Numbered } from "./entry-ring.ts"
import { fitText } from "./fit-text.ts"
import { frame, roomInside } from "./frame.ts"
import type { PaneArea } from "./layout.ts"
import type { Selection } from "./selection.ts"
import { windowOf } from "./selection.ts"

/** A pane that lists entries, the newest at the bottom; it follows them unless the person moved away from the newest. */
export function listPane<Entry>(
  entries: readonly Numbered<Entry>[],
  options: {
    readonly area: PaneArea
    readonly title: string
    readonly note: string
    readonly selection: Selection
    readonly paint: Paint
    /** Shown while there is nothing to list. */
    readonly empty: readonly string[]
    readonly row: (entry: Entry, columns: number) => string
  },
): readonly string[] {
  const { area, selection, paint, row } = options
  const { columns, rows } = roomInside(area)
  const ids = entries.map(({ id }) => id)
  const { start, end, index } = windowOf(selection, ids, rows)
  const lines = entries.slice(start, end).map(({ entry }, place) => {
    const line = row(entry, columns)
    if (!area.isFocused || start + place !== index) return line
    return paint("chosen", fitText(stripVTControlCharacters(line), columns))
  })
  const newer = entries.length - end
  const foot = selection.id === null ? "" : `${showCount(index + 1)} of ${showCount(entries.length)}`
  const below = newer > 0 ? ` · ${showCount(newer)} newer ↓` : ""
  return frame(entries.length === 0 ? options.empty : lines, {
    paint,
    title: options.title,
    note: area.style === "line" && foot !== "" ? foot + below : options.note,
    foot: foot + below,
    columns: area.columns,
    rows: area.rows,
    style: area.style,
    tone: area.isFocused ? "name" : "quiet",
  })
}
