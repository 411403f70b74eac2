import { widthOf } from "./wrap-text.ts"

/** A cell as it is shown; colours do not count as width. */
export type Cell = string

/** Sets rows in columns, two spaces apart. Columns named in `right` are aligned to the right, as numbers are. */
export function renderTable(
  rows: readonly (readonly Cell[])[],
  options: { readonly right?: readonly number[]; readonly indent?: number } = {},
): string {
  const columnCount = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columnCount }, (_, column) =>
    Math.max(0, ...rows.map((row) => widthOf(row[column] ?? ""))),
  )
  const margin = " ".repeat(options.indent ?? 0)
  return rows
    .map((row) => {
      const cells = row.map((cell, column) => {
        const gap = " ".repeat(widths[column]! - widthOf(cell))
        return options.right?.includes(column) ? gap + cell : cell + gap
      })
      return (margin + cells.join("  ")).trimEnd()
    })
    .join("\n")
}
