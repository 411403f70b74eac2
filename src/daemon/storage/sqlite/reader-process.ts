import { constants, setPriority } from "node:os"
import process from "node:process"

import { alyxError } from "../../../errors.ts"
import { sqlQuery } from "../database.ts"
import type { Row } from "../database.ts"
import { endWithParent } from "./end-with-parent.ts"
import { openReadConnection } from "./open-connection.ts"
import { passError } from "./passed-error.ts"
import type { ReaderAnswer, ReaderJob } from "./reader-pool.ts"
import { rollBack } from "./run-group.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"

/** A result of more rows, or of longer ones, would fill the daemon's memory. */
const rowCountMax = 100_000
const textLengthMax = 72 * 1024 * 1024

/*
 * The entry of a process that runs long reads for the daemon, one at a time. It opens the database read-only, and is
 * simply killed when a read takes too long: SQLite's locks end with it. A daemon that was itself killed cannot do
 * that, and this thread hears nothing while it is in SQLite, so a second thread watches.
 */
serveDaemon()

function serveDaemon(): void {
  endWithParent(import.meta.url)
  const [path, cacheBytes] = process.argv.slice(2)
  // Where cores are few, short requests go first.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  const connection = openReadConnection(path!, Number(cacheBytes))
  process.on("message", (job: ReaderJob) => {
    process.send!(answer(connection, job))
  })
  process.on("disconnect", () => {
    connection.close()
  })
}

function answer(connection: SqliteConnection, { queries }: ReaderJob): ReaderAnswer {
  const durationsMs: number[] = []
  try {
    connection.control("BEGIN")
    const results = queries.map((query) => {
      const begin = performance.now()
      const rows = readRows(connection, query)
      durationsMs.push(performance.now() - begin)
      return rows
    })
    return { kind: "rows", results, durationsMs }
  } catch (error) {
    return { kind: "error", error: passError(error) }
  } finally {
    endTransaction(connection)
  }
}

/** A damaged database may have ended it already, or refuse even that; the answer says what is wrong with it. */
function endTransaction(connection: SqliteConnection): void {
  try {
    if (connection.isTransaction) connection.control("COMMIT")
  } catch {
    rollBack(connection)
  }
}

function readRows(connection: SqliteConnection, { sql, parameters }: ReaderJob["queries"][number]): readonly Row[] {
  const rows: Row[] = []
  let textLength = 0
  for (const row of connection.iterate(sqlQuery(sql, parameters))) {
    rows.push(row)
    for (const value of Object.values(row)) if (typeof value === "string") textLength += value.length
    if (rows.length > rowCountMax) {
      throw alyxError("ANSWER_TOO_LARGE", { message: `The query gives more than ${rowCountMax} rows.` })
    }
    if (textLength > textLengthMax) {
      throw alyxError("ANSWER_TOO_LARGE", { next: "Ask for fewer documents, fields or relations." })
    }
  }
  return rows
}
