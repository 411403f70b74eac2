import type { DeltaPayload, LiveDocument, SnapshotPayload } from "../protocol/realtime-api.ts"

/** By what a view is ordered: fields, the first one first. */
export interface SortKey {
  readonly field: string
  readonly isDescending: boolean
}

/** What happened to a document at the last change of a view. */
export type Happened = "inserted" | "updated" | "deleted" | null

/** A document of a view. */
export interface ViewRow {
  readonly doc: LiveDocument
  readonly happened: Happened
}

type Key = string | number

/** Keeps the documents of a live query: takes what is told, and has them in their order. */
export class LiveView {
  readonly #primary: string
  readonly #compare: (one: LiveDocument, other: LiveDocument) => number
  readonly #docs = new Map<Key, LiveDocument>()
  #happened = new Map<Key, Exclude<Happened, null>>()
  #gone: LiveDocument[] = []
  #total = 0

  constructor(options: { readonly primary: string; readonly sort: readonly SortKey[] }) {
    this.#primary = options.primary
    this.#compare = comparator(options.sort, options.primary)
  }

  /** How many documents match, in the window or not. */
  get total(): number {
    return this.#total
  }

  /** The documents in their order; those that were deleted last stand where they were. */
  rows(): readonly ViewRow[] {
    const there = [...this.#docs].map(([key, doc]) => ({ doc, happened: this.#happened.get(key) ?? null }))
    const gone = this.#gone.map((doc) => ({ doc, happened: "deleted" as const }))
    return [...there, ...gone].toSorted((one, other) => this.#compare(one.doc, other.doc))
  }

  takeSnapshot({ docs, total }: Pick<SnapshotPayload, "docs" | "total">): void {
    this.#docs.clear()
    for (const doc of docs) this.#docs.set(this.#keyOf(doc), doc)
    this.#happened = new Map()
    this.#gone = []
    this.#total = total
  }

  takeDelta({ changes, total }: Pick<DeltaPayload, "changes" | "total">): void {
    this.#happened = new Map()
    this.#gone = []
    for (const key of changes.deletes) {
      const doc = this.#docs.get(key)
      if (doc !== undefined) this.#gone.push(doc)
      this.#docs.delete(key)
    }
    for (const doc of changes.inserts) this.#take(doc, "inserted")
    for (const doc of changes.updates) this.#take(doc, "updated")
    this.#total = total ?? this.#total
  }

  #take(doc: LiveDocument, happened: "inserted" | "updated"): void {
    const key = this.#keyOf(doc)
    this.#docs.set(key, doc)
    this.#happened.set(key, happened)
  }

  #keyOf(doc: LiveDocument): Key {
    return doc[this.#primary] as Key
  }
}

/** Reads `-created_at,title`, as lists do. */
export function readSort(sort: string | undefined): readonly SortKey[] {
  return (sort ?? "")
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "")
    .map((word) => ({ field: word.replace(/^[-+]/, ""), isDescending: word.startsWith("-") }))
}

/** As the server orders: NULL first, numbers, texts by their code points, and last the primary key in the last direction. */
function comparator(sort: readonly SortKey[], primary: string): (one: LiveDocument, other: LiveDocument) => number {
  const keys = [...sort, { field: primary, isDescending: sort.at(-1)?.isDescending ?? false }]
  return (one, other) => {
    for (const { field, isDescending } of keys) {
      const order = compareValues(one[field], other[field])
      if (order !== 0) return isDescending ? -order : order
    }
    return 0
  }
}

function compareValues(one: unknown, other: unknown): number {
  const ranks = rankOf(one) - rankOf(other)
  if (ranks !== 0) return ranks
  if (typeof one === "string") return Buffer.compare(Buffer.from(one), Buffer.from(other as string))
  return Number(one ?? 0) - Number(other ?? 0)
}

function rankOf(value: unknown): number {
  if (value === null || value === undefined) return 0
  return typeof value === "string" ? 2 : 1
}
