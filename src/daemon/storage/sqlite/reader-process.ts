import process from "node:process"

import { sqlQuery } from "../database.ts"
import type { Row } from "../database.ts"
import { openReadConnection } from "./open-connection.ts"
import type { ReaderAnswer, ReaderJob } from "./reader-pool.ts"

/**
 * The entry of a process that runs long reads for the daemon, one at a time. It opens the database read-only, and is
 * simply killed when a read takes too long: SQLite's locks end with it.
 */
const [path, cacheBytes] = process.argv.slice(2)
const connection = openReadConnection(path!, Number(cacheBytes))

/** A result of more rows would fill the daemon's memory. */
const rowCountMax = 100_000

process.on("message", (job: ReaderJob) => {
  process.send!(answer(job))
})

process.on("disconnect", () => {
  connection.close()
})

function answer({ queries }: ReaderJob): ReaderAnswer {
  connection.control("BEGIN")
  try {
    return { kind: "rows", results: queries.map(({ sql, parameters }) => readRows(sql, parameters)) }
  } catch (error) {
    return { kind: "error", message: error instanceof Error ? error.message : String(error) }
  } finally {
    connection.control("COMMIT")
  }
}

function readRows(sql: string, parameters: readonly unknown[]): readonly Row[] {
  const rows: Row[] = []
  for (const row of connection.iterate(sqlQuery(sql, parameters))) {
    rows.push(row)
    if (rows.length > rowCountMax) throw new Error(`The query gives more than ${rowCountMax} rows.`)
  }
  return rows
}
