import type { Readable } from "node:stream"

import { alyxError } from "../../errors.ts"
import type { Clock } from "../../lib/clock.ts"
import type { FakeRequest, SeedResponse } from "../../protocol/data-api.ts"
import type { OnProgress } from "../../protocol/progress.ts"
import { schemaToJson } from "../../schema/schema-json.ts"
import type { Schema } from "../../schema/schema.ts"
import type { SchemaHolder } from "../schema-holder.ts"
import type { ServedDatabase } from "../served/served-database.ts"
import { withSpooledBody } from "./spool-body.ts"
import type { FakeWorkerData, SeedWorkerData, WriterData } from "./worker-messages.ts"
import { runWriterThread } from "./writer-thread.ts"

/** The documents of one seed, as NDJSON. They are spooled to the disk first. */
export const seedBytesMax = 4 * 1024 ** 3

/** What SeedAndFake needs. */
export interface SeedAndFakeParts {
  readonly database: ServedDatabase
  readonly schemas: SchemaHolder
  readonly clock: Clock
  /** Where bodies are spooled. */
  readonly stateDir: string
  readonly cacheBytes: () => number
  readonly accountsCollection: () => string | null
  readonly accountsChanged: () => void
  readonly programs: { readonly seedWorker: URL; readonly fakeWorker: URL }
}

/** Who asks, and how they hear of it. */
export interface WriterCall {
  readonly requestId: string
  readonly signal: AbortSignal
  readonly onProgress: OnProgress
}

/**
 * Writes many documents in one transaction: those of a file, or made-up ones. A worker does it on a connection of its
 * own; other writes wait meanwhile, and reads go on.
 */
export class SeedAndFake {
  readonly #parts: SeedAndFakeParts

  constructor(parts: SeedAndFakeParts) {
    this.#parts = parts
  }

  /** Writes the documents of a body of NDJSON, once all of it is there. */
  async seed(body: Readable, call: WriterCall): Promise<SeedResponse> {
    const { stateDir, programs, clock, schemas, accountsCollection, accountsChanged } = this.#parts
    requireCollections(schemas.current)
    call.onProgress({ message: "Receiving the documents" })
    const seeded = await withSpooledBody(body, { folder: stateDir, bytesMax: seedBytesMax }, (descriptor) =>
      this.#write<SeedWorkerData>(call, { name: "seed", url: programs.seedWorker }, () => ({
        descriptor,
        nowMs: clock.now(),
        accountsCollection: accountsCollection(),
      })),
    )
    accountsChanged()
    return seeded
  }

  /** Makes documents up and writes them. Those of people have no accounts: their addresses are nobody's. */
  async fake({ count, randomSeed, collections }: FakeRequest, call: WriterCall): Promise<SeedResponse> {
    const { programs, accountsCollection } = this.#parts
    const done = await this.#write<FakeWorkerData>(call, { name: "fake data", url: programs.fakeWorker }, () => ({
      count,
      randomSeed,
      collections: collections ?? null,
    }))
    const people = accountsCollection()
    return people === null || !Object.hasOwn(done.collections, people) ? done : { ...done, withoutAccounts: people }
  }

  async #write<Data extends WriterData>(
    { requestId, signal, onProgress }: WriterCall,
    program: { readonly name: string; readonly url: URL },
    own: () => Omit<Data, keyof WriterData>,
  ): Promise<SeedResponse> {
    const { database, schemas, cacheBytes } = this.#parts
    const begin = performance.now()
    onProgress({ message: "Waiting for the database" })
    const counts = await database.engine.exclusive(async () => {
      // Only now: a change of the schema may have gone first.
      const schema = schemaToJson(requireCollections(schemas.current))
      const data = { ...own(), path: database.path, cacheBytes: cacheBytes(), schema, requestId }
      const written = await runWriterThread<Data>({
        ...program,
        data: data as unknown as Omit<Data, "unwanted">,
        signal,
        onProgress,
      })
      database.engine.tellCommit()
      return written
    })
    return { ...counts, durationMs: performance.now() - begin }
  }
}

/** A database that no schema was applied to holds no documents. */
function requireCollections(schema: Schema): Schema {
  if (schema.collections.size > 0) return schema
  throw alyxError("COLLECTION_NOT_FOUND", {
    message: "The database has no collections yet: schema.yaml was never applied to it.",
    next: "Apply it with alyx migrate apply, or start alyx dev.",
  })
}
