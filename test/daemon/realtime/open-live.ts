import { anonymous, bareRequest } from "../../../src/daemon/callers.ts"
import type { Caller } from "../../../src/daemon/caller.ts"
import { LiveQueryCore } from "../../../src/daemon/realtime/live-query-core.ts"
import type { LiveMessage, Subscription } from "../../../src/daemon/realtime/live-queries.ts"
import type { RecordParts } from "../../../src/daemon/records/records.ts"
import { LocalSignals } from "../../../src/daemon/signals/signals.ts"
import type { LiveQueryRequest } from "../../../src/protocol/realtime-api.ts"
import type { Schema } from "../../../src/schema/schema.ts"
import { ownerCaller } from "../../helpers/owner-caller.ts"
import { openRecords } from "../records/open-records.ts"
import type { Doc, TestRecords } from "../records/open-records.ts"

/** The payload of a message, read as a client reads it. */
export interface Payload {
  readonly docs?: readonly Doc[]
  readonly total?: number
  readonly seq: number
  readonly resume: string
  readonly reset?: true
  readonly changes?: {
    readonly inserts: readonly Doc[]
    readonly updates: readonly Doc[]
    readonly deletes: readonly (string | number)[]
    readonly positions?: readonly (readonly [string | number, number])[]
  }
}

/** A message with its payload read. */
export interface Told {
  readonly type: LiveMessage["type"]
  readonly payload: Payload
  /** The code of an error. */
  readonly code: string | null
}

/** A client that follows one query: what it was told, and what it shows. */
export class LiveClient {
  readonly told: Told[] = []
  onTold: ((told: Told) => void) | undefined
  /** The window as a client puts it together. */
  docs: Doc[] = []
  total = -1
  resume = ""
  /** The name of the primary key. */
  readonly key: string
  #waiting: (() => void)[] = []

  constructor(key = "id") {
    this.key = key
  }

  /** What a message did not fit to. A subscriber must not throw. */
  readonly faults: unknown[] = []

  deliver(message: LiveMessage): void {
    try {
      this.#hear(message)
    } catch (error) {
      this.faults.push(error)
    }
    for (const wake of this.#waiting.splice(0)) wake()
  }

  #hear(message: LiveMessage): void {
    const payload = message.type === "error" ? { seq: -1, resume: "" } : (JSON.parse(`{${message.members}}`) as Payload)
    this.told.push({ type: message.type, payload, code: message.type === "error" ? message.error.code : null })
    if (message.type !== "error") this.#take(message.type, payload)
    this.onTold?.(this.last)
  }

  /** Resolves when so many messages were told in all. */
  async until(count: number): Promise<Told> {
    while (this.told.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.told[count - 1]!
  }

  get last(): Told {
    return this.told.at(-1)!
  }

  #take(type: "snapshot" | "delta" | "resumed", payload: Payload): void {
    this.resume = payload.resume
    if (type === "snapshot") {
      this.docs = [...(payload.docs ?? [])]
      this.total = payload.total ?? -1
    } else if (type === "delta" && payload.changes !== undefined) {
      this.docs = changedDocs(this.docs, payload.changes, this.key)
      this.total = payload.total ?? this.total
    }
  }
}

function changedDocs(docs: readonly Doc[], changes: NonNullable<Payload["changes"]>, key: string): Doc[] {
  const { inserts, updates, deletes, positions = [] } = changes
  const byKey = new Map(docs.map((doc) => [doc[key], doc]))
  for (const id of deletes) if (!byKey.delete(id)) throw new Error(`${id} is deleted, but was not there.`)
  for (const doc of updates) {
    if (!byKey.has(doc[key])) throw new Error(`${String(doc[key])} is updated, but was not there.`)
    byKey.set(doc[key], doc)
  }
  for (const doc of inserts) {
    if (byKey.has(doc[key])) throw new Error(`${String(doc[key])} is inserted, but was there.`)
    byKey.set(doc[key], doc)
  }
  const placed = new Set<unknown>(positions.map(([id]) => id))
  const window = docs.map((doc) => doc[key]).filter((id) => byKey.has(id) && !placed.has(id))
  for (const [id, index] of positions) window.splice(index, 0, id)
  return window.map((id) => byKey.get(id)!)
}

/** A client with its subscription. */
export type Following = LiveClient & { readonly subscription: Subscription }

/** Live queries over a real database file. */
export class TestLive {
  readonly records: TestRecords
  readonly signals = new LocalSignals()
  readonly core: LiveQueryCore
  readonly warnings: unknown[] = []

  constructor(
    records: TestRecords,
    pollIntervalMs: number,
    database: RecordParts["database"] = records.parts.database,
  ) {
    this.records = records
    this.core = new LiveQueryCore({
      records: { ...records.parts, database },
      signals: this.signals,
      pollIntervalMs: () => pollIntervalMs,
      onWarning: (error) => this.warnings.push(error),
    })
  }

  /** Follows a query; a client that was there before goes on with what it has. */
  async follow(
    query: LiveQueryRequest,
    { caller = ownerCaller("req_test"), client }: { readonly caller?: Caller; readonly client?: LiveClient } = {},
  ): Promise<Following> {
    const key = this.records.schema.collections.get(query.collection)?.primaryKey.name
    const told = client ?? new LiveClient(key)
    const subscription = await this.core.subscribe({ caller, query }, told)
    return Object.assign(told, { subscription })
  }

  async close(): Promise<void> {
    await this.core.stop()
    await this.records.database.remove()
  }
}

/** Opens a database with the tables of a schema and follows it; the caller closes it. */
export async function openLive(schemaYaml: string | Schema, pollIntervalMs = 60_000): Promise<TestLive> {
  const live = new TestLive(await openRecords(schemaYaml), pollIntervalMs)
  await live.core.start()
  return live
}

/** Somebody with an account. */
export function somebody(id: string, role = "user"): Caller {
  const auth = { id, email: `${id}@example.com`, role, verified: true, metadata: {} }
  const request = bareRequest("127.0.0.1")
  return { ...anonymous, owner: false, address: "127.0.0.1", requestId: "req_test", request, auth }
}
