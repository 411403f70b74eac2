import { stringify } from "csv-stringify/sync"

import { quoteName } from "../../lib/sql-name.ts"
import type { Collection } from "../../schema/schema.ts"
import { visibleMembers } from "../records/visible.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Reader } from "../storage/database.ts"
import type { DumpSource } from "./dump-source.ts"
import { frameOf } from "./framed-output.ts"
import type { TextOutput } from "./process-streams.ts"

/** Rows that are written at a time, if they are not longer than this in all. */
const rowCountAtOnce = 500
const textLengthAtOnce = 256 * 1024

/** Writes the one collection, or each as a file of its own within the output. */
export function writeCsvDump(
  { reader, collections }: DumpSource,
  output: TextOutput,
  { isFramed }: { readonly isFramed: boolean },
): void {
  for (const collection of collections) {
    const file = `${collection.name}.csv`
    for (const text of csvOf(reader, collection)) output.write(isFramed ? frameOf(file, text) : text)
  }
}

/** A line of names, then a line a document. Null is nothing at all between the commas, an empty text is "". */
function* csvOf(reader: Reader, collection: Collection): Generator<string> {
  const members = visibleMembers(collection.fields.values(), "d")
  yield stringify([members.map(({ name }) => name)])
  const columns = members.map(({ name, valueSql }) => `${valueSql} AS ${quoteName(name)}`).join(", ")
  const sql = `SELECT ${columns} FROM ${quoteName(collection.name)} AS d ORDER BY d.rowid`
  let rows: unknown[][] = []
  let textLength = 0
  for (const row of reader.iterate(sqlQuery(sql))) {
    const values = Object.values(row)
    for (const value of values) textLength += typeof value === "string" ? value.length : 8
    rows.push(values)
    if (rows.length < rowCountAtOnce && textLength < textLengthAtOnce) continue
    yield stringify(rows, csvOptions)
    rows = []
    textLength = 0
  }
  if (rows.length > 0) yield stringify(rows, csvOptions)
}

const csvOptions = {
  cast: { string: (value: string) => (value === "" ? { value, quote: true, quoted_empty: true } : value) },
}
