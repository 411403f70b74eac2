/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin; the rule is about windows */
import { DatabaseSync } from "node:sqlite"
import { parentPort, workerData } from "node:worker_threads"

import type { CheckpointAnswer, CheckpointMessage, CheckpointWorkerData } from "./checkpointer.ts"

/**
 * The entry of the worker thread that copies the log back into the database file. It has a connection of its own, so
 * the main thread pays neither for the copying nor for its syncs.
 */
const { path } = workerData as CheckpointWorkerData
const database = new DatabaseSync(path, { timeout: 0 })
database.exec("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -2048")
const checkpoint = database.prepare("PRAGMA wal_checkpoint(PASSIVE)")

const cut = database.prepare("PRAGMA wal_checkpoint(TRUNCATE)")

parentPort!.on("message", (message: CheckpointMessage) => {
  if (message === "close") {
    database.close()
    parentPort!.close()
    return
  }
  parentPort!.postMessage(run(message))
})

function run(message: CheckpointMessage): CheckpointAnswer {
  try {
    checkpoint.get()
    // Writes wait for this one, so it comes when nothing is left to copy; while others read or write, it does nothing.
    if (message === "shorten") cut.get()
    return { error: null }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}
