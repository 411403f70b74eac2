/** How the parts of one value are put on lines; the same as Node's, so that logs look as people know them. */

/** What formatting knows on its way through a value. */
export interface InspectState {
  readonly depth: number
  readonly breakLength: number
  readonly showHidden: boolean
  readonly seen: object[]
  readonly circular: Map<object, number>
  indentation: number
  currentDepth: number
  /** Characters that may still be written; at 0 the rest is left out. */
  budget: number
}

/** Levels of nesting that may share a line. */
const compactLevels = 3

/** Entries of one array, Map or Set that are shown; then "… more items". */
export const entriesMax = 100

/** What of a value is joined to its text. */
export interface Parts {
  readonly output: readonly string[]
  /** What stands before the braces, as the text of a function. */
  readonly base: string
  readonly braces: readonly [string, string]
  /** The array, where long lists may be grouped into columns. */
  readonly list: readonly unknown[] | ArrayLike<unknown> | null
  readonly level: number
}

/** Puts the parts on one line where they fit, else each on its own. */
export function layOut(state: InspectState, parts: Parts): string {
  const { base, braces } = parts
  const prefix = base === "" ? "" : `${base} `
  const entries = parts.output.length
  let { output } = parts
  if (parts.list !== null && entries > 6) output = groupColumns(state, output, parts.list)
  if (state.currentDepth - parts.level < compactLevels && entries === output.length) {
    const start = output.length + state.indentation + braces[0].length + base.length + 10
    const length = output.reduce((sum, part) => sum + part.length, output.length + start)
    const joined = output.join(", ")
    const fits = length <= state.breakLength && !base.includes("\n")
    if (fits && !joined.includes("\n")) return `${prefix}${braces[0]} ${joined} ${braces[1]}`
  }
  const indentation = `\n${" ".repeat(state.indentation)}`
  return `${prefix}${braces[0]}${indentation}  ${output.join(`,${indentation}  `)}${indentation}${braces[1]}`
}

function groupColumns(state: InspectState, output: readonly string[], list: ArrayLike<unknown>): readonly string[] {
  const hasRest = list.length > entriesMax && output.length > entriesMax
  const count = hasRest ? output.length - 1 : output.length
  const lengths = output.slice(0, count).map((part) => part.length)
  const longest = Math.max(...lengths) + 2
  const total = lengths.reduce((sum, length) => sum + length + 2, 0)
  const isWorthIt = longest * 3 + state.indentation < state.breakLength
  if (!isWorthIt || !(total / longest > 5 || longest - 2 <= 6)) return output

  const columns = columnsFor(state, { longest, total, count, parts: output.length })
  if (columns <= 1) return output
  const widths = Array.from({ length: columns }, (_, column) => widest(lengths, column, columns) + 2)
  const isNumeric = Array.from({ length: output.length }, (_, at) => list[at]).every(
    (value) => typeof value === "number" || typeof value === "bigint",
  )
  const rows: string[] = []
  for (let at = 0; at < count; at += columns) {
    const row = output.slice(at, Math.min(at + columns, count))
    const last = row.length - 1
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0
      if (column < last) return isNumeric ? `${cell}, `.padStart(width) : `${cell}, `.padEnd(width)
      return isNumeric ? cell.padStart(width - 2) : cell
    })
    rows.push(cells.join(""))
  }
  const [rest] = hasRest ? output.slice(-1) : []
  return rest === undefined ? rows : [...rows, rest]
}

function columnsFor(
  state: InspectState,
  size: { readonly longest: number; readonly total: number; readonly count: number; readonly parts: number },
): number {
  const averageBias = Math.sqrt(size.longest - size.total / size.parts)
  const biased = Math.max(size.longest - 3 - averageBias, 1)
  return Math.min(
    Math.round(Math.sqrt(2.5 * biased * size.count) / biased),
    Math.floor((state.breakLength - state.indentation) / size.longest),
    compactLevels * 4,
    15,
  )
}

function widest(lengths: readonly number[], column: number, columns: number): number {
  let width = 0
  for (let at = column; at < lengths.length; at += columns) width = Math.max(width, lengths[at] ?? 0)
  return width
}
