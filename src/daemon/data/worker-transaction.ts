/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin; the rule is about windows */
import { parentPort } from "node:worker_threads"

import { alyxError } from "../../errors.ts"
import { seldom } from "../../protocol/progress.ts"
import type { OnProgress } from "../../protocol/progress.ts"
import type { Transaction } from "../storage/database.ts"
import { retryWhileBusy } from "../storage/sqlite/busy-back-off.ts"
import { openWorkerConnection } from "../storage/sqlite/open-connection.ts"
import { passError } from "../storage/sqlite/passed-error.ts"
import { rollBack } from "../storage/sqlite/run-group.ts"
import { runRequest } from "../storage/sqlite/run-request.ts"
import type { SqliteConnection } from "../storage/sqlite/sqlite-connection.ts"
import { translateSqliteError } from "../storage/sqlite/sqlite-errors.ts"
import type { WriterData, WriterMessage, WrittenCounts } from "./worker-messages.ts"

/** What the work of a worker is given. */
export interface WriterFrame {
  readonly transaction: Transaction
  readonly onProgress: OnProgress
  /** Throws when nobody waits for the work any more. */
  readonly checkWanted: () => void
}

/**
 * Runs work in a worker thread, in one transaction on a connection of its own; the main thread keeps every other write
 * waiting meanwhile. It tells the main thread how it ended, and never throws.
 */
export async function writeInWorker(
  data: WriterData,
  work: {
    readonly prepare?: (connection: SqliteConnection) => void
    readonly write: (frame: WriterFrame) => WrittenCounts
  },
): Promise<void> {
  let connection: SqliteConnection | undefined
  try {
    connection = openWorkerConnection(data.path, data.cacheBytes)
    work.prepare?.(connection)
    const counts = await inTransaction(connection, data, work.write)
    tell({ kind: "done", counts })
  } catch (error) {
    tell({ kind: "failed", error: passError(error) })
  } finally {
    connection?.close()
  }
}

async function inTransaction(
  connection: SqliteConnection,
  { requestId, unwanted }: WriterData,
  write: (frame: WriterFrame) => WrittenCounts,
): Promise<WrittenCounts> {
  await retryWhileBusy(() => connection.control("BEGIN IMMEDIATE"))
  const checkWanted = wantedCheck(unwanted)
  const onProgress = seldom((progress) => tell({ kind: "progress", progress }))
  try {
    const counts = runRequest(connection, {
      requestId,
      work: (transaction) => write({ transaction, onProgress, checkWanted }),
    }) as WrittenCounts
    checkWanted()
    connection.control("COMMIT")
    return counts
  } catch (error) {
    rollBack(connection)
    throw translateSqliteError(error)
  }
}

function wantedCheck(unwanted: SharedArrayBuffer): () => void {
  const flag = new Int32Array(unwanted)
  return () => {
    if (Atomics.load(flag, 0) === 0) return
    throw alyxError("SHUTTING_DOWN", { message: "The client went away before the end. Nothing was written." })
  }
}

function tell(message: WriterMessage): void {
  parentPort!.postMessage(message)
}
