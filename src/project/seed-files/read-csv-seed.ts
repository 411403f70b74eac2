import { Readable } from "node:stream"

import { CsvError, parse } from "csv-parse"

import { alyxError } from "../../errors.ts"
import type { Problem } from "../../errors.ts"
import { nearestWord } from "../../lib/nearest-word.ts"
import type { Collection, Schema } from "../../schema/schema.ts"
import { readCsvHeader } from "./csv-columns.ts"
import type { CsvColumn } from "./csv-columns.ts"
import { readCsvCell } from "./csv-value.ts"
import type { CsvCell } from "./csv-value.ts"
import { placeText, seedFileError, seedProblem } from "./seed-document.ts"
import type { SeedDocument } from "./seed-document.ts"
import { seedLineLengthMax } from "./text-lines.ts"

/** What a CSV file is read with. */
export interface CsvSeed {
  /** As the person knows it. */
  readonly file: string
  readonly schema: Schema
  readonly collection: string
}

interface ParsedRow {
  readonly record: readonly CsvCell[]
  readonly info: { readonly empty_lines: number }
}

/** So many problems of cells are listed before the file is given up. */
const problemCountMax = 20

/** Reads the rows of a CSV file as documents of one collection; the first row names the fields. */
export async function* readCsvSeed(chunks: AsyncIterable<Buffer>, seed: CsvSeed): AsyncGenerator<SeedDocument> {
  const collection = collectionOf(seed)
  let columns: readonly CsvColumn[] | undefined
  const problems: Problem[] = []
  let line = 1
  let emptyLines = 0
  for await (const { record, info } of parsedRows(chunks, seed.file)) {
    // Counted here: the parser tells the line that a row ends on, and takes a CR LF in quotes for two.
    const at = { file: seed.file, line: line + info.empty_lines - emptyLines }
    emptyLines = info.empty_lines
    line = at.line + 1 + record.reduce((count, { text }) => count + lineBreakCount(text), 0)
    if (columns === undefined) {
      columns = headerOf(seed, collection, record)
      continue
    }
    const data = rowData(columns, record, { ...at, problems })
    if (problems.length >= problemCountMax) throw seedFileError(problems)
    if (problems.length === 0) yield { collection: collection.name, data, at: placeText(at) }
  }
  if (problems.length > 0) throw seedFileError(problems)
}

function lineBreakCount(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0
}

function collectionOf({ file, schema, collection }: CsvSeed): Collection {
  const found = schema.collections.get(collection)
  if (found !== undefined) return found
  const nearest = nearestWord(collection, schema.collections.keys())
  throw alyxError("COLLECTION_NOT_FOUND", {
    message: `There is no collection "${collection}" for the rows of ${file}.`,
    next: nearest === undefined ? "Name the collection with --collection." : `Did you mean --collection ${nearest}?`,
  })
}

function headerOf({ file, schema }: CsvSeed, collection: Collection, cells: readonly CsvCell[]): readonly CsvColumn[] {
  const { columns, problems } = readCsvHeader(
    schema,
    collection,
    cells.map(({ text }) => text),
  )
  if (problems.length === 0) return columns
  let column = 1
  const starts = cells.map(({ text, quoted }) => {
    const start = column
    column += text.length + (quoted ? 2 : 0) + 1
    return start
  })
  throw seedFileError(
    problems.map(({ index, message }) => {
      const at = { file, line: 1, column: starts[index] ?? 1, length: Math.max(1, cells[index]?.text.length ?? 1) }
      return { code: "UNKNOWN_FIELD", message, at }
    }),
  )
}

function rowData(
  columns: readonly CsvColumn[],
  record: readonly CsvCell[],
  { file, line, problems }: { readonly file: string; readonly line: number; readonly problems: Problem[] },
): Record<string, unknown> {
  const data: Record<string, unknown> = {}
  for (const [index, column] of columns.entries()) {
    const reading = readCsvCell(column, record[index] ?? { text: "", quoted: false })
    if (reading.kind === "value") setPath(data, column.path, reading.value)
    else if (reading.kind === "fault") {
      const message = `${column.title} ${reading.message}.`
      problems.push({ code: "WRONG_TYPE", message, at: { file, line, column: 1 } })
    }
  }
  return data
}

/** Sets `author.email` within `author`. A relation of which nothing is known is null as a whole. */
function setPath(data: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [head = "", ...rest] = path
  if (rest.length === 0) return void (data[head] = value)
  const inner = data[head]
  if (value === null && (inner === undefined || inner === null)) return void (data[head] = null)
  const map = typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>) : {}
  data[head] = map
  setPath(map, rest, value)
}

async function* parsedRows(chunks: AsyncIterable<Buffer>, file: string): AsyncGenerator<ParsedRow> {
  const parser = parse({
    bom: true,
    info: true,
    skip_empty_lines: true,
    max_record_size: seedLineLengthMax,
    cast: (text: string, { quoting }: { readonly quoting: boolean }): CsvCell => ({ text, quoted: quoting }),
  } as unknown as Parameters<typeof parse>[0])
  const source = Readable.from(chunks)
  source.on("error", (error) => parser.destroy(error))
  source.pipe(parser)
  try {
    for await (const row of parser as AsyncIterable<ParsedRow>) yield row
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line = Number((error as CsvError & { readonly lines?: unknown }).lines ?? 1)
    throw seedProblem(`${file} is not valid CSV: ${error.message}.`, { file, line, column: 1 })
  } finally {
    source.destroy()
  }
}
