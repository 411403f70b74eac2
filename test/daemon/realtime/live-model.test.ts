import { DatabaseSync } from "node:sqlite"

import { expect, test } from "vitest"

import type { Caller } from "../../../src/daemon/caller.ts"
import { listRecords } from "../../../src/daemon/records/list.ts"
import { isAlyxError } from "../../../src/errors.ts"
import { scaled, testSeed } from "../../helpers/scale.ts"
import { Dice } from "../../helpers/dice.ts"
import { openRecords } from "../records/open-records.ts"
import type { Doc, TestRecords } from "../records/open-records.ts"
import { GivingUp } from "./giving-up.ts"
import { ModelHistory } from "./model-history.ts"
import { modelQuery } from "./model-queries.ts"
import type { ModelQuery } from "./model-queries.ts"
import { modelCallers, modelSchema } from "./model-schema.ts"
import { ModelWrites } from "./model-writes.ts"
import { LiveClient, TestLive } from "./open-live.ts"
import type { Following } from "./open-live.ts"

const clientCount = 14
const waitMsMax = 10_000

/** Somebody who follows a query, and comes and goes. */
interface Watcher {
  readonly caller: Caller
  readonly query: ModelQuery
  readonly client: LiveClient
  /** Null while away. */
  following: Following | null
}

class Model {
  readonly random: Dice
  readonly records: TestRecords
  readonly live: TestLive
  readonly other: DatabaseSync
  readonly writes: ModelWrites
  readonly history: ModelHistory
  readonly watchers: Watcher[] = []
  readonly kinds = { snapshot: 0, delta: 0, resumed: 0, error: 0 }
  checkCount = 0

  constructor(records: TestRecords, random: Dice) {
    this.random = random
    this.records = records
    this.live = new TestLive(records, 10, new GivingUp(records.database.database, () => random.below(20) === 0))
    this.other = new DatabaseSync(records.database.path)
    this.other.exec("PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; PRAGMA busy_timeout = 5000")
    this.writes = new ModelWrites({ records, other: this.other, random })
    this.history = new ModelHistory(records, modelCallers)
  }

  async step(): Promise<void> {
    if (this.random.below(3) > 0) {
      await this.writes.request()
      await this.history.record()
    } else {
      // Nothing of the daemon runs between these commits.
      for (let count = 1 + this.random.below(3); count > 0; count -= 1) {
        this.writes.foreign()
        await this.history.record()
      }
    }
    if (this.random.below(4) === 0) await this.comeAndGo()
  }

  async comeAndGo(): Promise<void> {
    if (this.watchers.length < clientCount) return this.#begin()
    const index = this.random.below(this.watchers.length)
    const watcher = this.watchers[index]!
    if (watcher.following === null) {
      const query = { ...watcher.query.live, since: watcher.client.resume }
      watcher.following = await this.live.follow(query, watcher)
    } else if (this.random.below(5) === 0) {
      watcher.following.subscription.end()
      this.watchers.splice(index, 1)
    } else {
      watcher.following.subscription.end()
      watcher.following = null
    }
  }

  async #begin(): Promise<void> {
    const caller = this.random.pick(modelCallers)
    const query = modelQuery(this.records.schema, this.random)
    const client = new LiveClient()
    client.onTold = (told) => {
      this.kinds[told.type] += 1
      this.history.sent(caller, query.live.collection, told)
    }
    const watcher: Watcher = { caller, query, client, following: null }
    try {
      watcher.following = await this.live.follow(query.live, watcher)
      this.watchers.push(watcher)
    } catch (error) {
      if (!isAlyxError(error)) throw error
      await expect(this.#list(watcher), `${JSON.stringify(query)} ${error.message}`).rejects.toMatchObject({
        code: error.code,
      })
    }
  }

  /** At a quiet point everybody's view is what a list says. */
  async check(): Promise<void> {
    for (const watcher of this.watchers) {
      if (watcher.following === null) continue
      const expected = await this.#list(watcher)
      const isEqual = (): boolean => {
        const { docs, total } = watcher.client
        return total === expected.total && JSON.stringify(docs) === JSON.stringify(expected.docs)
      }
      const endsAt = Date.now() + waitMsMax
      while (!isEqual() && Date.now() < endsAt) await new Promise((resolve) => setTimeout(resolve, 2))
      const { docs, total, faults } = watcher.client
      const name = JSON.stringify([watcher.query.live, watcher.caller.auth.id])
      expect(faults, name).toEqual([])
      expect({ docs, total }, name).toEqual(expected)
      expect(JSON.stringify(docs), name).toBe(JSON.stringify(expected.docs))
      this.checkCount += 1
    }
    expect(this.history.unreadable()).toEqual([])
    expect(this.live.warnings).toEqual([])
  }

  async #list({ caller, query }: Watcher): Promise<{ docs: Doc[]; total: number }> {
    const { parts, schema } = this.records
    const text = await listRecords(parts, { schema, collection: query.live.collection, caller, query: query.list })
    const { docs, total } = JSON.parse(String(text)) as { docs: Doc[]; total: number }
    return { docs, total }
  }

  async close(): Promise<void> {
    this.other.close()
    await this.live.close()
  }
}

const writeCount = scaled(5_000, 250)
const seed = testSeed()
const schemaCount = Math.max(2, Math.round(writeCount / 250))

test(
  `every client's view is a fresh list, and it saw nothing that it could not read (${writeCount} writes, seed ${seed})`,
  { timeout: 60_000 + writeCount * 200 },
  async () => {
    process.stderr.write(`Seed of the live model: ${seed}\n`)
    const random = new Dice(seed)
    const sums = { writes: 0, checks: 0, documents: 0, snapshot: 0, delta: 0, resumed: 0, error: 0 }
    for (let round = 0; round < schemaCount; round += 1) {
      const records = await openRecords(modelSchema(random), { limits: { backRelationMax: 3 } })
      const model = new Model(records, random)
      await model.live.core.start()
      await model.writes.fill()
      await model.history.record()
      for (let step = 1; model.writes.count < writeCount / schemaCount; step += 1) {
        await model.step()
        if (step % 20 === 0) await model.check()
      }
      await model.check()
      sums.writes += model.writes.count
      sums.checks += model.checkCount
      sums.documents += model.history.documentCount
      for (const kind of ["snapshot", "delta", "resumed", "error"] as const) sums[kind] += model.kinds[kind]
      await model.close()
    }
    process.stderr.write(`${JSON.stringify(sums)}\n`)
    expect(sums.delta).toBeGreaterThan(writeCount / 10)
    expect(sums.resumed).toBeGreaterThan(0)
  },
)
