import { runRequest } from "./run-request.ts"
import type { WriteRequest } from "./run-request.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"
import { translateSqliteError } from "./sqlite-errors.ts"

/** A group ends after this much work, so that reads are never kept waiting for long. */
const groupWorkMsMax = 10

/** What became of a write: it is told only when its group is durable. */
export interface Outcome<Write> {
  readonly write: Write
  readonly failed: boolean
  readonly value?: unknown
  readonly error?: unknown
  /** Whether what ran before it in the transaction is lost with it. */
  readonly spoilsGroup?: boolean
}

/**
 * Runs as many of the writes as fit into the time of a group, within the transaction that the caller began, up to one
 * that spoils it. Never throws: whatever fails is the outcome of a write.
 */
export function runGroup<Write extends WriteRequest>(
  connection: SqliteConnection,
  group: readonly Write[],
): readonly Outcome<Write>[] {
  const outcomes: Outcome<Write>[] = []
  const deadlineMs = performance.now() + groupWorkMsMax
  for (const write of group) {
    const outcome = group.length === 1 ? runAlone(connection, write) : runInSavepoint(connection, write)
    outcomes.push(outcome)
    if (outcome.spoilsGroup === true || performance.now() >= deadlineMs) break
  }
  return outcomes
}

/** Runs the only write of a transaction: without a savepoint, since there is nothing else to keep. */
function runAlone<Write extends WriteRequest>(connection: SqliteConnection, write: Write): Outcome<Write> {
  try {
    return { write, failed: false, value: runRequest(connection, write) }
  } catch (error) {
    rollBack(connection)
    return { write, failed: true, error: translateSqliteError(error), spoilsGroup: true }
  }
}

/** Runs a write within a transaction so that, when it fails, all that was there before it stays. */
export function runInSavepoint<Write extends WriteRequest>(connection: SqliteConnection, write: Write): Outcome<Write> {
  try {
    connection.control("SAVEPOINT request")
    const value = runRequest(connection, write)
    connection.control("RELEASE request")
    return { write, failed: false, value }
  } catch (error) {
    return { write, failed: true, error: translateSqliteError(error), spoilsGroup: !undoRequest(connection) }
  }
}

/** Undoes one write of a group; where that cannot be done, the whole group. Returns whether the others are kept. */
function undoRequest(connection: SqliteConnection): boolean {
  try {
    if (!connection.isTransaction) return false
    connection.control("ROLLBACK TO request")
    connection.control("RELEASE request")
    return true
  } catch {
    rollBack(connection)
    return false
  }
}

/** Ends the transaction, if the engine has not done so. Should even that fail, it stays open: the next group sees it. */
export function rollBack(connection: SqliteConnection): void {
  try {
    if (connection.isTransaction) connection.control("ROLLBACK")
  } catch {
    // The next group tries again before it begins, and its writes are told what is wrong.
  }
}
