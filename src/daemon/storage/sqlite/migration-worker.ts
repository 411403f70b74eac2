/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin; the rule is about windows */
import { parentPort, workerData } from "node:worker_threads"

import type { Progress } from "../../../protocol/progress.ts"
import { migrateTables } from "./migrate-tables.ts"
import { inMigrationTransaction } from "./migration-transaction.ts"
import { openWorkerConnection } from "./open-connection.ts"
import type { MigrationMessage, MigrationWorkerData } from "./migration-thread.ts"
import { passError } from "./passed-error.ts"

/**
 * The entry of the worker thread that changes large tables on a connection of its own, while the main thread goes on
 * reading. The main thread keeps every write waiting meanwhile.
 */
const { path, cacheBytes, steps, schema, nowMs } = workerData as MigrationWorkerData

const connection = openWorkerConnection(path, cacheBytes)
try {
  const options = {
    steps,
    schema,
    now: new Date(nowMs),
    onProgress: (progress: Progress) => tell({ kind: "progress", progress }),
  }
  tell({ kind: "done", result: await inMigrationTransaction(connection, () => migrateTables(connection, options)) })
} catch (error) {
  tell({ kind: "failed", error: passError(error) })
} finally {
  connection.close()
}

function tell(message: MigrationMessage): void {
  parentPort!.postMessage(message)
}
