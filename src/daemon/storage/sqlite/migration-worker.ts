/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin; the rule is about windows */
import { parentPort, workerData } from "node:worker_threads"

import { isAlyxError } from "../../../errors.ts"
import { schemaFromJson } from "../../../schema/schema-from-json.ts"
import { migrateTables } from "./migrate-tables.ts"
import { inMigrationTransaction } from "./migration-transaction.ts"
import { openWorkerConnection } from "./open-connection.ts"
import type { MigrationMessage, MigrationWorkerData } from "./migration-thread.ts"

/**
 * The entry of the worker thread that changes large tables on a connection of its own, while the main thread goes on
 * reading. The main thread keeps every write waiting meanwhile.
 */
const { path, cacheBytes, schema, nowMs } = workerData as MigrationWorkerData

const connection = openWorkerConnection(path, cacheBytes)
try {
  const options = {
    schema: schemaFromJson(schema),
    now: new Date(nowMs),
    onProgress: (message: string) => tell({ kind: "progress", message }),
  }
  tell({ kind: "done", changes: await inMigrationTransaction(connection, () => migrateTables(connection, options)) })
} catch (error) {
  tell(failure(error))
} finally {
  connection.close()
}

function tell(message: MigrationMessage): void {
  parentPort!.postMessage(message)
}

function failure(error: unknown): MigrationMessage {
  if (!isAlyxError(error)) return { kind: "failed", code: null, message: String(error), problems: [] }
  const { code, message, next, problems, retryAfterSeconds } = error
  return {
    kind: "failed",
    code,
    message,
    problems,
    ...(next === undefined ? {} : { next }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  }
}
