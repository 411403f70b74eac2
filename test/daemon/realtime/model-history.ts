import { isDeepStrictEqual } from "node:util"

import type { Caller } from "../../../src/daemon/caller.ts"
import { listRecords } from "../../../src/daemon/records/list.ts"
import { latestSeq } from "../../../src/daemon/storage/changes.ts"
import type { Schema } from "../../../src/schema/schema.ts"
import type { Doc, TestRecords } from "../records/open-records.ts"
import type { Told } from "./open-live.ts"

/** What one caller could read of one collection at one time, by primary key. */
type Readable = ReadonlyMap<unknown, Doc>

interface State {
  readonly seq: number
  readonly readable: ReadonlyMap<string, Readable>
}

/** A message that somebody got, and how much had been recorded then. */
interface Sent {
  readonly caller: Caller
  readonly collection: string
  readonly told: Told
  readonly stateCount: number
}

/** Every state that the database was in, as every caller could read it, and the messages that are to be judged by them. */
export class ModelHistory {
  readonly #records: TestRecords
  readonly #callers: readonly Caller[]
  #states: State[] = []
  #sent: Sent[] = []
  documentCount = 0

  constructor(records: TestRecords, callers: readonly Caller[]) {
    this.#records = records
    this.#callers = callers
  }

  /** Records the present state; to be called after every commit. */
  async record(): Promise<void> {
    const { parts, schema } = this.#records
    const seq = parts.database.read(latestSeq)
    if (seq === this.#states.at(-1)?.seq) return
    const readable = new Map<string, Readable>()
    for (const [index, caller] of this.#callers.entries()) {
      for (const collection of schema.collections.keys()) {
        const text = await listRecords(parts, { schema, collection, caller, query: [["limit", "500"]] })
        const { docs } = JSON.parse(String(text)) as { docs: Doc[] }
        readable.set(`${index} ${collection}`, new Map(docs.map((doc) => [doc["id"], doc])))
      }
    }
    this.#states.push({ seq, readable })
  }

  sent(caller: Caller, collection: string, told: Told): void {
    this.#sent.push({ caller, collection, told, stateCount: this.#states.length })
  }

  /** Returns the documents that were sent and that nobody could read as they were; then only the last state is kept. */
  unreadable(): unknown[] {
    const wrong: unknown[] = []
    for (const { caller, collection, told, stateCount } of this.#sent) {
      const { payload } = told
      const first = Math.max(
        0,
        this.#states.findLastIndex(({ seq }) => seq <= payload.seq),
      )
      // The write that was under way may have been recorded only after the message.
      const states = this.#states.slice(first, stateCount + 1)
      const docs = [...(payload.docs ?? []), ...(payload.changes?.inserts ?? []), ...(payload.changes?.updates ?? [])]
      for (const doc of docs) {
        if (!this.#wasReadable(states, { caller, collection, doc })) wrong.push({ seq: payload.seq, collection, doc })
      }
    }
    this.#sent = []
    this.#states = this.#states.slice(-1)
    return wrong
  }

  #wasReadable(
    states: readonly State[],
    { caller, collection, doc }: { readonly caller: Caller; readonly collection: string; readonly doc: Doc },
  ): boolean {
    this.documentCount += 1
    const relations = relationsOf(this.#records.schema, collection)
    const own: [string, unknown][] = []
    for (const [name, value] of Object.entries(doc)) {
      const target = relations.get(name)
      if (target === undefined) own.push([name, value])
      else {
        const others = (Array.isArray(value) ? value : [value]).filter((other) => other !== null) as Doc[]
        if (!others.every((other) => this.#wasReadable(states, { caller, collection: target, doc: other })))
          return false
      }
    }
    const key = `${this.#callers.indexOf(caller)} ${collection}`
    return states.some(({ readable }) => {
      const version = readable.get(key)?.get(doc["id"])
      return version !== undefined && own.every(([name, value]) => isDeepStrictEqual(version[name], value))
    })
  }
}

function relationsOf(schema: Schema, collection: string): ReadonlyMap<string, string> {
  return new Map((schema.relations.get(collection) ?? []).map((relation) => [relation.name, relation.collection]))
}
