import process from "node:process"

import { alyxError } from "../../../errors.ts"
import { endWithParent } from "./end-with-parent.ts"
import { migrateTables } from "./migrate-tables.ts"
import type { MigrationResult } from "./migrate-tables.ts"
import { inMigrationTransaction } from "./migration-transaction.ts"
import type { MigrationMessage, MigrationOrder } from "./migration-processes.ts"
import { openWorkerConnection } from "./open-connection.ts"
import { passError } from "./passed-error.ts"

/*
 * The entry of a process that changes tables on a connection of its own, while the daemon goes on reading and keeps
 * every write waiting. It may be deep in SQLite for long, also for ever when a person's SQL has no end: the daemon kills
 * it then, and SQLite rolls back. It commits only when the daemon says so: what was killed, or has lost its daemon, never
 * does.
 */
serveDaemon()

function serveDaemon(): void {
  endWithParent(import.meta.url)
  // Ctrl-C at a terminal comes to all processes of it; when this one ends is for the daemon to say.
  process.on("SIGINT", () => undefined)
  process.once("message", (order: MigrationOrder) => void migrate(order))
}

async function migrate(order: MigrationOrder): Promise<void> {
  try {
    tell({ kind: "done", result: await runOrder(order) })
  } catch (error) {
    tell({ kind: "failed", error: passError(error) })
  }
  if (process.connected) process.disconnect!()
}

async function runOrder({ path, cacheBytes, steps, schema, nowMs }: MigrationOrder): Promise<MigrationResult> {
  const connection = openWorkerConnection(path, cacheBytes)
  try {
    const options = {
      steps,
      schema,
      now: new Date(nowMs),
      onProgress: (progress: Parameters<typeof tellProgress>[0]) => tellProgress(progress),
    }
    return await inMigrationTransaction(connection, () => migrateTables(connection, options), {
      beforeCommit: askToCommit,
    })
  } finally {
    connection.close()
  }
}

/** Resolves when the daemon says so. */
async function askToCommit(result: MigrationResult): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  process.once("message", () => resolve())
  process.once("disconnect", () => reject(alyxError("SHUTTING_DOWN")))
  if (!process.connected) reject(alyxError("SHUTTING_DOWN"))
  tell({ kind: "ready", result })
  await promise
}

function tellProgress(progress: Extract<MigrationMessage, { kind: "progress" }>["progress"]): void {
  tell({ kind: "progress", progress })
}

function tell(message: MigrationMessage): void {
  if (process.connected) process.send!(message, undefined, undefined, () => undefined)
}
