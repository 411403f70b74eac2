import type { OnProgress } from "../../../protocol/progress.ts"
import type { Schema } from "../../../schema/schema.ts"
import { collectionPlan } from "../../records/collection-plan.ts"
import { defaultRecordLimits } from "../../records/records.ts"
import type { Transaction } from "../../storage/database.ts"
import type { WrittenCounts } from "../worker-messages.ts"
import { FakeCollection } from "./fake-collection.ts"
import type { FakeRandom } from "./fake-random.ts"
import { fakeShares } from "./fake-shares.ts"
import { ParentPools } from "./parent-pools.ts"

/** What runFake needs; it runs within a transaction, which the caller commits, or undoes when it throws. */
export interface FakeWork {
  readonly transaction: Transaction
  readonly schema: Schema
  readonly count: number
  /** All when null. */
  readonly collections: readonly string[] | null
  readonly random: FakeRandom
  readonly onProgress: OnProgress
  /** Throws when nobody waits for the documents any more. */
  readonly checkWanted: () => void
}

/** How often it is said how far the work is, in documents. */
const toldEvery = 200

/** Makes documents up, those that others point to first, and writes them as the API would. */
export function runFake(work: FakeWork): WrittenCounts {
  const { transaction, schema, count, random } = work
  const shares = fakeShares({ ...work, reader: transaction })
  const pools = new ParentPools(schema, transaction)
  let done = 0
  for (const [name, share] of shares) {
    if (share === 0) continue
    pools.clear()
    const fake = new FakeCollection(collectionPlan(defaultRecordLimits, schema, name), random, pools)
    for (let position = 0; position < share; position += 1) {
      if (position % toldEvery === 0) {
        work.checkWanted()
        work.onProgress({ message: `Making up ${name}`, ratio: done / count })
      }
      fake.write(transaction, { position, count: share })
      done += 1
    }
  }
  const collections = Object.fromEntries([...shares].filter(([, share]) => share > 0))
  return { created: done, updated: 0, unchanged: 0, collections }
}
