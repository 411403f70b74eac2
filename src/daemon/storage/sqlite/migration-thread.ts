import { Worker } from "node:worker_threads"

import { schemaToJson } from "../../../schema/schema-json.ts"
import type { SchemaJson } from "../../../schema/schema-json.ts"
import type { MigrationOptions } from "./migrate-tables.ts"
import { receiveError } from "./passed-error.ts"
import type { PassedError } from "./passed-error.ts"

/** What the worker is started with. */
export interface MigrationWorkerData {
  readonly path: string
  readonly cacheBytes: number
  readonly schema: SchemaJson
  readonly nowMs: number
}

/** What the worker says: how far it is, and last how it ended. */
export type MigrationMessage =
  | { readonly kind: "progress"; readonly message: string }
  | { readonly kind: "done"; readonly changes: readonly string[] }
  | { readonly kind: "failed"; readonly error: PassedError }

/** One index of a huge table takes minutes, of which SQLite says nothing: so often it is said that it goes on. */
const stillThereMs = 10_000

/** What runMigrationWorker needs. */
export interface MigrationWorkerOptions extends MigrationOptions {
  readonly path: string
  readonly cacheBytes: number
  readonly workerUrl: URL
}

/** Runs a migration in a worker thread of its own, and returns a line for each change. */
export async function runMigrationWorker(options: MigrationWorkerOptions): Promise<readonly string[]> {
  const { path, cacheBytes, workerUrl, schema, now, onProgress } = options
  const workerData: MigrationWorkerData = { path, cacheBytes, schema: schemaToJson(schema), nowMs: now.getTime() }
  const worker = new Worker(workerUrl, { workerData, name: "migration", execArgv: [] })
  let progress = "Looking whether the documents fit the schema"
  let outcome: MigrationMessage | undefined
  worker.on("message", (message: MigrationMessage) => {
    if (message.kind === "progress") onProgress((progress = message.message))
    else outcome = message
  })
  const stillThere = setInterval(() => onProgress(progress), stillThereMs)
  // The connection is closed by then: nothing of it holds back what comes next.
  await new Promise<void>((resolve, reject) => {
    worker.on("error", reject)
    worker.on("exit", () => resolve())
  }).finally(() => clearInterval(stillThere))
  if (outcome?.kind === "done") return outcome.changes
  if (outcome?.kind === "failed") throw receiveError(outcome.error, "The migration")
  throw new Error("The migration failed: its worker ended.")
}
