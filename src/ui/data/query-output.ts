import type { QueryAnswer, QueryRow } from "../../client/query-answer.ts"
import type { QueryEnd } from "../../protocol/data-api.ts"
import { countOf, showMs } from "../amount.ts"
import type { OutputStream, Terminal } from "../terminal.ts"
import { QueryTable } from "./query-table.ts"
import { csvLine, jsonOf, objectOf } from "./query-values.ts"

/** The forms in which rows are shown. */
export const queryModes = ["table", "json", "ndjson", "csv"] as const

export type QueryMode = (typeof queryModes)[number]

/** Writes the rows of an answer as they come, and beside them what should be known. */
export async function showQueryAnswer(
  answer: QueryAnswer,
  { mode, terminal }: { readonly mode: QueryMode; readonly terminal: Terminal },
): Promise<QueryEnd> {
  const shown = rowWriter(mode, terminal.out, answer.columns)
  for (;;) {
    const next = await answer.rows.next()
    if (next.done === true) {
      shown.end(next.value)
      noteEnd(next.value, answer.columns, terminal)
      return next.value
    }
    shown.row(next.value)
  }
}

interface RowWriter {
  row(row: QueryRow): void
  end(end: QueryEnd): void
}

function rowWriter(mode: QueryMode, out: OutputStream, columns: readonly string[]): RowWriter {
  switch (mode) {
    case "table":
      return tableWriter(out, columns)
    case "csv":
      out.write(csvLine(columns))
      return { row: (row) => out.write(csvLine(row.map(jsonOf))), end: () => undefined }
    case "ndjson":
      return { row: (row) => out.write(`${JSON.stringify(objectOf(columns, row))}\n`), end: () => undefined }
    case "json":
      return jsonWriter(out, columns)
  }
}

function tableWriter(out: OutputStream, columns: readonly string[]): RowWriter {
  const table = new QueryTable(out, columns)
  return {
    row: (row) => table.add(row),
    end: () => {
      if (columns.length > 0) table.end()
    },
  }
}

function jsonWriter(out: OutputStream, columns: readonly string[]): RowWriter {
  let before = "[\n"
  return {
    row(row) {
      out.write(`${before}  ${JSON.stringify(objectOf(columns, row))}`)
      before = ",\n"
    },
    end: () => out.write(before === "[\n" ? "[]\n" : "\n]\n"),
  }
}

/** At a terminal how much and how long; everywhere what was left out, and what was changed. */
function noteEnd(end: QueryEnd, columns: readonly string[], { err }: Terminal): void {
  const { rowCount, truncated, changes, durationMs } = end
  if (truncated) {
    const note = `Only the first ${countOf(rowCount, "row")} are shown (truncated); --limit shows more.`
    err.write(`${err.paint("warn", note)}\n`)
  }
  const parts = [
    ...(columns.length > 0 && err.isTerminal ? [countOf(rowCount, "row")] : []),
    ...(changes !== null && (changes > 0 || columns.length === 0) ? [`${countOf(changes, "document")} changed`] : []),
  ]
  if (parts.length > 0) err.write(`${err.paint("quiet", `${parts.join(", ")} in ${showMs(durationMs)}`)}\n`)
}
