import { alyxError } from "../../../src/errors.ts"
import type { Caller } from "../../../src/daemon/caller.ts"
import type {
  LiveMessage,
  LiveQueries,
  LiveQueryStats,
  SubscribeRequest,
  Subscriber,
  Subscription,
} from "../../../src/daemon/realtime/live-queries.ts"
import { sqlQuery } from "../../../src/daemon/storage/database.ts"
import type { Database } from "../../../src/daemon/storage/database.ts"

interface Note {
  readonly id: string
  readonly title: string
  readonly text: string
}

interface Followed {
  readonly caller: Caller
  readonly subscriber: Subscriber
  known: readonly Note[]
}

/** Live queries in their simplest form, for tests of sockets: everybody's notes, read again whenever something changed. */
export class ListedQueries implements LiveQueries {
  readonly #database: Database
  readonly followed = new Set<Followed>()
  /** Who asked, in their order. */
  readonly callers: Caller[] = []
  #held: { readonly reach: () => void; readonly released: Promise<void> } | undefined
  #seq = 0
  #deltas = 0

  constructor(database: Database) {
    this.#database = database
  }

  /** The next subscription has its snapshot and is not begun until it is released. */
  hold(): { readonly reached: Promise<void>; release(): void } {
    const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    this.#held = { reach: reached.resolve, released: released.promise }
    return { reached: reached.promise, release: released.resolve }
  }

  async subscribe(request: SubscribeRequest, subscriber: Subscriber): Promise<Subscription> {
    const { query, caller, isReset } = request
    if (query.collection !== "notes") throw alyxError("COLLECTION_NOT_FOUND")
    this.callers.push(caller)
    const followed: Followed = { caller, subscriber, known: this.#read(caller) }
    this.followed.add(followed)
    subscriber.deliver(this.#snapshot(followed.known, isReset === true))
    const held = this.#held
    this.#held = undefined
    held?.reach()
    await held?.released
    return {
      snapshot: () => this.#snapshot((followed.known = this.#read(caller)), true),
      end: () => void this.followed.delete(followed),
    }
  }

  stats(): LiveQueryStats {
    return { subscriptions: this.followed.size, groups: 1, deltas: this.#deltas, slowestFanOutMs: 0 }
  }

  /** Tells everyone what is new. */
  changed(): void {
    for (const followed of this.followed) {
      const before = new Set(followed.known.map(({ id }) => id))
      followed.known = this.#read(followed.caller)
      const inserts = followed.known.filter(({ id }) => !before.has(id))
      if (inserts.length === 0) continue
      this.#deltas += 1
      followed.subscriber.deliver(this.#message("delta", { changes: { inserts, updates: [], deletes: [] } }))
    }
  }

  /** Those who are signed in see their own notes, whose text is their id; all others see every note. */
  #read({ auth, isAdmin }: Caller): Note[] {
    const all = sqlQuery<{ id: string; title: string; text: string }>("SELECT id, title, text FROM notes ORDER BY id")
    const notes = this.#database.read((reader) => reader.all(all)).map((note) => ({ ...note }))
    return isAdmin || auth.id === null ? notes : notes.filter(({ text }) => text === auth.id)
  }

  #snapshot(docs: readonly Note[], isReset: boolean): LiveMessage {
    return this.#message("snapshot", { docs, total: docs.length, ...(isReset ? { reset: true } : {}) })
  }

  #message(type: "snapshot" | "delta", members: object): LiveMessage {
    this.#seq += 1
    const text = JSON.stringify({ ...members, seq: this.#seq, resume: `e:${this.#seq}` })
    return { type, members: text.slice(1, -1), seq: this.#seq }
  }
}
