import type { SeedResponse } from "../../protocol/data-api.ts"
import type { Progress } from "../../protocol/progress.ts"
import type { SchemaJson } from "../../schema/schema-json.ts"
import type { PassedError } from "../storage/sqlite/passed-error.ts"

/** What every worker that writes documents is started with. */
export interface WriterData {
  readonly path: string
  readonly cacheBytes: number
  readonly schema: SchemaJson
  readonly requestId: string
  /** One number: 1 when nobody waits for the work any more. */
  readonly unwanted: SharedArrayBuffer
}

/** What the seed's worker is started with. */
export interface SeedWorkerData extends WriterData {
  /** The open file that the lines were spooled to; threads share them. */
  readonly descriptor: number
  readonly nowMs: number
  readonly accountsCollection: string | null
}

/** What the worker of made-up data is started with. */
export interface FakeWorkerData extends WriterData {
  readonly count: number
  readonly randomSeed: number
  /** All when null. */
  readonly collections: readonly string[] | null
}

/** What came of it. */
export type WrittenCounts = Omit<SeedResponse, "durationMs">

/** What a worker says: how far it is, and last how it ended. */
export type WriterMessage =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "done"; readonly counts: WrittenCounts }
  | { readonly kind: "failed"; readonly error: PassedError }
