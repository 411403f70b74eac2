import type { QueryRow, QueryValue } from "../../client/query-answer.ts"
import { printable } from "../printable.ts"
import type { OutputStream } from "../terminal.ts"

/** The widths of the columns follow the first rows; later ones are cut to them. */
const measuredRowCount = 500

/** A narrower column says nothing. */
const columnWidthMin = 6

/** Where nothing limits the width, as in a pipe, a value is shown up to this. */
const valueWidthMax = 1_000

/** Writes rows as an aligned table; at a terminal it is cut to its width, and empty values are dim. */
export class QueryTable {
  readonly #out: OutputStream
  readonly #columns: readonly string[]
  #waiting: QueryRow[] = []
  #widths: readonly number[] | undefined

  constructor(out: OutputStream, columns: readonly string[]) {
    this.#out = out
    this.#columns = columns
  }

  add(row: QueryRow): void {
    if (this.#widths !== undefined) return this.#write(row)
    this.#waiting.push(row)
    if (this.#waiting.length === measuredRowCount) this.#begin()
  }

  end(): void {
    if (this.#widths === undefined) this.#begin()
  }

  #begin(): void {
    const rows = this.#waiting
    this.#waiting = []
    const natural = this.#columns.map((name, column) =>
      Math.max(
        printable(name).length,
        ...rows.map((row) => Math.min(valueWidthMax, shownValue(row[column] ?? null).length)),
      ),
    )
    this.#widths = this.#out.isTerminal ? fitted(natural, this.#out.columns) : natural
    const { paint } = this.#out
    this.#out.write(
      `${this.#line(
        this.#columns.map((name) => printable(name)),
        (text) => paint("strong", text),
      )}\n`,
    )
    this.#out.write(`${paint("quiet", this.#widths.map((width) => "─".repeat(width)).join("  "))}\n`)
    for (const row of rows) this.#write(row)
  }

  #write(row: QueryRow): void {
    const { paint } = this.#out
    const cells = row.map(shownValue)
    const isNumber = row.map(
      (value) => typeof value === "number" || (typeof value === "object" && value !== null && !("base64" in value)),
    )
    this.#out.write(
      `${this.#line(cells, (text, column) => (row[column] === null ? paint("quiet", text) : text), isNumber)}\n`,
    )
  }

  #line(
    cells: readonly string[],
    painted: (text: string, column: number) => string,
    right: readonly boolean[] = [],
  ): string {
    return cells
      .map((cell, column) => {
        const width = this.#widths![column]!
        const text = cell.length > width ? `${cell.slice(0, width - 1)}…` : cell
        const gap = " ".repeat(width - text.length)
        return right[column] === true ? gap + painted(text, column) : painted(text, column) + gap
      })
      .join("  ")
      .trimEnd()
  }
}

/** The widest columns give way until all fit; when there are too many for that, the line is longer than the terminal. */
function fitted(widths: readonly number[], columns: number): readonly number[] {
  const fitting = [...widths]
  const room = columns - 2 * (widths.length - 1)
  for (;;) {
    const excess = fitting.reduce((sum, width) => sum + width, 0) - room
    const widest = Math.max(...fitting)
    if (excess <= 0 || widest <= columnWidthMin) return fitting
    const next = Math.max(columnWidthMin, ...fitting.filter((width) => width < widest))
    const sharing = fitting.filter((width) => width === widest).length
    const cut = Math.max(1, Math.min(widest - next || widest - columnWidthMin, Math.ceil(excess / sharing)))
    for (const [index, width] of fitting.entries()) if (width === widest) fitting[index] = width - cut
  }
}

function shownValue(value: QueryValue): string {
  if (value === null) return "NULL"
  if (typeof value === "number") return String(value)
  if (typeof value === "string") return printable(value)
  if ("base64" in value) return `x'${Buffer.from(value.base64, "base64").toString("hex")}'`
  return "integer" in value ? value.integer : value.real
}
