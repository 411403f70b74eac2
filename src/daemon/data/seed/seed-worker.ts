import { workerData } from "node:worker_threads"

import { schemaFromJson } from "../../../schema/schema-from-json.ts"
import type { SeedWorkerData } from "../worker-messages.ts"
import { writeInWorker } from "../worker-transaction.ts"
import { HeldReferences } from "./held-references.ts"
import { runSeed } from "./run-seed.ts"

/** The entry of the worker thread that writes the documents of a seed. */
const data = workerData as SeedWorkerData

await writeInWorker(data, {
  prepare: (connection) => HeldReferences.prepare(connection),
  write: (frame) => runSeed({ ...frame, ...data, schema: schemaFromJson(data.schema) }),
})
