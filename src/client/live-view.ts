import type { DeltaPayload, LiveDocument, SnapshotPayload } from "../protocol/realtime-api.ts"

/** What happened to a document at the last change of a view. */
export type Happened = "inserted" | "updated" | "deleted" | null

/** A document of a view. */
export interface ViewRow {
  readonly doc: LiveDocument
  readonly happened: Happened
}

type Key = string | number

/** Keeps the documents of a live query: takes what is told, and has them in the order of the server. */
export class LiveView {
  readonly #primary: string
  /** In their order. */
  #docs = new Map<Key, LiveDocument>()
  #happened = new Map<Key, Exclude<Happened, null>>()
  /** Those that were deleted last, each with the document that it stood behind; null for the top. */
  #gone: readonly { readonly doc: LiveDocument; readonly behind: Key | null }[] = []
  #total = 0

  constructor(options: { readonly primary: string }) {
    this.#primary = options.primary
  }

  /** How many documents match, in the window or not. */
  get total(): number {
    return this.#total
  }

  /** The documents in their order; those that were deleted last stand where they were. */
  rows(): readonly ViewRow[] {
    const goneBehind = (place: Key | null): ViewRow[] =>
      this.#gone.filter(({ behind }) => behind === place).map(({ doc }) => ({ doc, happened: "deleted" }))
    const there = [...this.#docs].flatMap(([key, doc]) => [
      { doc, happened: this.#happened.get(key) ?? null },
      ...goneBehind(key),
    ])
    return [...goneBehind(null), ...there]
  }

  takeSnapshot({ docs, total }: Pick<SnapshotPayload, "docs" | "total">): void {
    this.#docs = new Map(docs.map((doc) => [this.#keyOf(doc), doc]))
    this.#happened = new Map()
    this.#gone = []
    this.#total = total
  }

  takeDelta({ changes, total }: Pick<DeltaPayload, "changes" | "total">): void {
    const { inserts, updates, deletes, positions = [] } = changes
    const deleted = new Set<Key>(deletes)
    const placed = new Set<Key>(positions.map(([key]) => key))
    this.#gone = goneOf(this.#docs, deleted, placed)
    this.#happened = new Map()
    const docs = new Map(this.#docs)
    for (const doc of inserts) this.#take(docs, doc, "inserted")
    for (const doc of updates) this.#take(docs, doc, "updated")
    const keys = [...docs.keys()].filter((key) => !deleted.has(key) && !placed.has(key))
    for (const [key, place] of positions) keys.splice(place, 0, key)
    this.#docs = new Map(keys.map((key) => [key, docs.get(key)!]))
    this.#total = total ?? this.#total
  }

  #take(docs: Map<Key, LiveDocument>, doc: LiveDocument, happened: "inserted" | "updated"): void {
    const key = this.#keyOf(doc)
    docs.set(key, doc)
    this.#happened.set(key, happened)
  }

  #keyOf(doc: LiveDocument): Key {
    return doc[this.#primary] as Key
  }
}

function goneOf(
  docs: ReadonlyMap<Key, LiveDocument>,
  deleted: ReadonlySet<Key>,
  placed: ReadonlySet<Key>,
): { readonly doc: LiveDocument; readonly behind: Key | null }[] {
  let behind: Key | null = null
  const gone: { readonly doc: LiveDocument; readonly behind: Key | null }[] = []
  for (const [key, doc] of docs) {
    if (deleted.has(key)) gone.push({ doc, behind })
    else if (!placed.has(key)) behind = key
  }
  return gone
}
