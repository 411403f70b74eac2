import { Worker } from "node:worker_threads"

import type { Progress } from "../../../protocol/progress.ts"
import type { Schema } from "../../../schema/schema.ts"
import type { MigrationOptions, MigrationResult } from "./migrate-tables.ts"
import { receiveError } from "./passed-error.ts"
import type { PassedError } from "./passed-error.ts"
import type { MigrationStep } from "./migration-steps.ts"

/** What the worker is started with. Steps and schema are plain values, maps among them, which threads can pass on. */
export interface MigrationWorkerData {
  readonly path: string
  readonly cacheBytes: number
  readonly steps: readonly MigrationStep[]
  readonly schema: Schema | null
  readonly nowMs: number
}

/** What the worker says: how far it is, and last how it ended. */
export type MigrationMessage =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "done"; readonly result: MigrationResult }
  | { readonly kind: "failed"; readonly error: PassedError }

/** One index of a huge table takes minutes, of which SQLite says nothing: so often it is said that it goes on. */
const stillThereMs = 10_000

/** What runMigrationWorker needs. */
export interface MigrationWorkerOptions extends MigrationOptions {
  readonly path: string
  readonly cacheBytes: number
  readonly workerUrl: URL
}

/** Runs a migration in a worker thread of its own. */
export async function runMigrationWorker(options: MigrationWorkerOptions): Promise<MigrationResult> {
  const { path, cacheBytes, workerUrl, steps, schema, now, onProgress } = options
  const workerData: MigrationWorkerData = { path, cacheBytes, steps, schema, nowMs: now.getTime() }
  const worker = new Worker(workerUrl, { workerData, name: "migration", execArgv: [] })
  let progress: Progress = { message: "Looking whether the documents fit the schema" }
  let outcome: MigrationMessage | undefined
  worker.on("message", (message: MigrationMessage) => {
    if (message.kind === "progress") onProgress((progress = message.progress))
    else outcome = message
  })
  const stillThere = setInterval(() => onProgress(progress), stillThereMs)
  // The connection is closed by then: nothing of it holds back what comes next.
  await new Promise<void>((resolve, reject) => {
    worker.on("error", reject)
    worker.on("exit", () => resolve())
  }).finally(() => clearInterval(stillThere))
  if (outcome?.kind === "done") return outcome.result
  if (outcome?.kind === "failed") throw receiveError(outcome.error, "The migration")
  throw new Error("The migration failed: its worker ended.")
}
