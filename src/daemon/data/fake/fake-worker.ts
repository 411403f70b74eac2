import { workerData } from "node:worker_threads"

import { faker } from "@faker-js/faker/locale/en"

import { schemaFromJson } from "../../../schema/schema-from-json.ts"
import type { FakeWorkerData } from "../worker-messages.ts"
import { writeInWorker } from "../worker-transaction.ts"
import { FakeRandom } from "./fake-random.ts"
import { runFake } from "./run-fake.ts"

/** The entry of the worker thread that makes documents up. Only here are the words loaded, which are some megabytes. */
const data = workerData as FakeWorkerData

await writeInWorker(data, {
  write: (frame) =>
    runFake({
      ...frame,
      ...data,
      schema: schemaFromJson(data.schema),
      random: new FakeRandom(faker, data.randomSeed),
    }),
})
