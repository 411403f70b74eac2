import { sqlQuery } from "../database.ts"
import type { Transaction } from "../database.ts"
import { OpenTransaction } from "./open-transaction.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"

/** One write as it was asked for. */
export interface WriteRequest {
  readonly work: (transaction: Transaction) => unknown
  readonly requestId: string | undefined
}

const latestSeqQuery = sqlQuery<{ seq: number | null }>("SELECT max(seq) AS seq FROM _alyx_changes")

/** Triggers use only what is built into SQLite, so they cannot know the request: it is filled in right after them. */
const nameRequestSql = "UPDATE _alyx_changes SET request_id = ? WHERE seq > ?"

/** Runs the work of one write within the open transaction, and marks its changes with the request. */
export function runRequest(connection: SqliteConnection, { work, requestId }: WriteRequest): unknown {
  const changesBefore = connection.totalChanges
  const seqBefore = requestId === undefined ? 0 : (connection.get(latestSeqQuery)?.seq ?? 0)
  const transaction = new OpenTransaction(connection)
  try {
    const value = work(transaction)
    transaction.requireDone(value)
    if (requestId !== undefined && connection.totalChanges !== changesBefore) {
      connection.run(sqlQuery(nameRequestSql, [requestId, seqBefore]))
    }
    return value
  } finally {
    transaction.end()
    connection.endWalks()
  }
}
