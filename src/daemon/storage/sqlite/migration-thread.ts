import { Worker } from "node:worker_threads"

import { alyxError } from "../../../errors.ts"
import type { ErrorCode, Problem } from "../../../errors.ts"
import { schemaToJson } from "../../../schema/schema-json.ts"
import type { SchemaJson } from "../../../schema/schema-json.ts"
import type { MigrationOptions } from "./migrate-tables.ts"

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
  | {
      readonly kind: "failed"
      readonly code: ErrorCode | null
      readonly message: string
      readonly next?: string
      readonly problems: readonly Problem[]
    }

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
  let outcome: MigrationMessage | undefined
  worker.on("message", (message: MigrationMessage) => {
    if (message.kind === "progress") onProgress(message.message)
    else outcome = message
  })
  // The connection is closed by then: nothing of it holds back what comes next.
  await new Promise<void>((resolve, reject) => {
    worker.on("error", reject)
    worker.on("exit", () => resolve())
  })
  if (outcome?.kind === "done") return outcome.changes
  if (outcome?.kind !== "failed" || outcome.code === null) {
    throw new Error(`The migration failed: ${outcome?.kind === "failed" ? outcome.message : "its worker ended"}`)
  }
  const { code, message, next, problems } = outcome
  throw alyxError(code, { message, problems, ...(next === undefined ? {} : { next }) })
}
