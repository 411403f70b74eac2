import type { Relation } from "../../schema/schema.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { LiveQuery } from "../records/live-query.ts"
import type { Reader } from "../storage/database.ts"
import { containedText } from "./contained-text.ts"
import type { ContainedText } from "./contained-text.ts"
import type { LiveSubscription } from "./live-subscription.ts"
import { ReadTooSlow } from "./query-reads.ts"
import type { QueryReads, WholeWindow } from "./query-reads.ts"
import { advanceWindow, replaceWindow } from "./window.ts"
import type { Before, DocumentId, LiveWindow, WindowEntry, WindowStep } from "./window.ts"
import { windowDelta } from "./window-delta.ts"
import type { WindowDelta } from "./window-delta.ts"

/** What a group shows of other collections: told to the index as it changes. */
export interface LinkIndex {
  addLink(group: LiveGroup, relation: Relation, value: StoredValue): void
  removeLink(group: LiveGroup, relation: Relation, value: StoredValue): void
}

/** What LiveGroup is made of. */
export interface LiveGroupOptions {
  readonly query: LiveQuery
  readonly reads: QueryReads
  /** In resume tokens. */
  readonly name: string
  readonly links: LinkIndex
  /** Called when something is marked. */
  readonly onDirty: (group: LiveGroup) => void
}

/** Subscriptions with one query and equal accesses: what they see is worked out once. */
export class LiveGroup {
  readonly query: LiveQuery
  readonly reads: QueryReads
  readonly name: string
  readonly recipients = new Set<LiveSubscription>()
  /** What every document of the result contains, where something is known. */
  readonly contained: ContainedText | null
  readonly #links: LinkIndex
  readonly #onDirty: (group: LiveGroup) => void
  /** The state that the window shows: that after the change with this number. */
  seq = 0
  /** True when what is told next replaces everything that was told before. */
  needsReset = false
  /** For each expansion: the documents of the window by the value that leads from them. */
  readonly #holders: readonly Map<StoredValue, Set<DocumentId>>[]
  #window: LiveWindow = { entries: [], total: 0 }
  readonly #changed = new Map<DocumentId, Before>()
  /** Changes that are marked for many groups at once: they share them, and each joins them when its turn comes. */
  #batches: ReadonlyMap<DocumentId, Before>[] = []
  #batchedCount = 0
  readonly #touched = new Set<DocumentId>()
  #isStale = false
  /** Made anew when somebody joins, and kept as long as there is memory to spare. */
  #text: WeakRef<{ readonly text: string }> | null = null
  /** The documents of the window, for a query that is too slow to be read again for everybody who joins. */
  #kept: Map<DocumentId, string> | null = null

  constructor({ query, reads, name, links, onDirty }: LiveGroupOptions) {
    this.query = query
    this.reads = reads
    this.contained = containedText(query.seen.query.conditions)
    this.name = name
    this.#links = links
    this.#onDirty = onDirty
    this.#holders = query.seen.view.selection.expansions.map(() => new Map())
  }

  get total(): number {
    return this.#window.total
  }

  /** Whether the window holds the whole result. */
  get isComplete(): boolean {
    return this.#window.entries.length === this.#window.total
  }

  get isDirty(): boolean {
    return this.#isStale || this.#batchedCount > 0 || this.#changed.size > 0 || this.#touched.size > 0
  }

  /** True when single changes are not known, and all is to be read again. */
  get isStale(): boolean {
    return this.#isStale
  }

  /** A document of the collection changed. Only its first state since the window was brought up counts. */
  markChanged(id: DocumentId, before: Before): void {
    if (this.#isStale || this.#changed.has(id)) return
    this.#changed.set(id, before)
    this.#onDirty(this)
    if (this.#changed.size > changedCountMax) this.markStale()
  }

  /** The same for several, in the order of their turns; they must not change any more. */
  markBatch(changed: ReadonlyMap<DocumentId, Before>): void {
    if (this.#isStale) return
    this.#batches.push(changed)
    this.#batchedCount += changed.size
    this.#onDirty(this)
    if (this.#batchedCount > changedCountMax) this.markStale()
  }

  /** Documents with this value in the field of an expansion may show something else. */
  markLinked(relation: Relation, value: StoredValue): void {
    const ids = this.#isStale ? [] : this.holdersOf(relation, value)
    if (ids.length === 0) return
    for (const id of ids) this.#touched.add(id)
    this.#onDirty(this)
  }

  markStale(): void {
    this.#forgetMarks()
    this.#isStale = true
    this.#onDirty(this)
  }

  /** The documents of the window that have a value in the field where an expansion starts. */
  holdersOf(relation: Relation, value: StoredValue): DocumentId[] {
    const { expansions } = this.query.seen.view.selection
    return expansions.flatMap((expansion, index) =>
      expansion.relation === relation ? [...(this.#holders[index]?.get(value) ?? [])] : [],
    )
  }

  /** Where the documents of the window stand. */
  positions(): ReadonlyMap<DocumentId, number> {
    return new Map(this.#window.entries.map(({ id }, index) => [id, index]))
  }

  /** Brings the window up to what the reader sees; null when there is nothing to tell. */
  advance(reader: Reader): WindowDelta | null {
    if (this.#isStale) return this.take(this.reads.whole())
    this.#joinBatches()
    const marks = { changed: this.#changed, touched: this.#touched }
    const shape = { keys: this.query.keys, limit: this.query.limit }
    return this.#move(advanceWindow(this.#window, marks, shape, this.reads.over(reader)))
  }

  /** Replaces the window by one that was read as a whole. */
  take({ rows, total }: WholeWindow): WindowDelta | null {
    const delta = this.#move(replaceWindow(this.#window, rows, total))
    if (this.#kept === null) this.#text = new WeakRef({ text: joinDocs(rows) })
    else this.#kept = new Map(rows.map(({ id, doc }) => [id, doc]))
    return delta
  }

  /** From now on the group keeps the documents that it reads. */
  keepDocs(): void {
    this.#kept ??= new Map()
  }

  /** The documents of the window as JSON, joined by commas. May throw ReadTooSlow. */
  docsText(): string {
    const { entries } = this.#window
    const kept = this.#kept
    if (kept !== null && kept.size === entries.length) return entries.map(({ id }) => kept.get(id)).join(",")
    // What would be read now is what the window holds only if nothing is marked.
    if (this.isDirty) throw new ReadTooSlow()
    const known = this.#text?.deref()
    if (known !== undefined) return known.text
    const made = { text: joinDocs(this.reads.window()) }
    this.#text = new WeakRef(made)
    return made.text
  }

  /** Takes its values out of the index. */
  end(): void {
    this.#updateLinks(this.#window.entries, [])
  }

  #move(step: WindowStep): WindowDelta | null {
    const delta = windowDelta(this.#window, step)
    this.#updateLinks(
      step.gone,
      step.came.map(({ entry }) => entry),
    )
    this.#window = step.window
    this.#forgetMarks()
    if (delta !== null) this.#text = null
    this.#keep(step)
    return delta
  }

  #joinBatches(): void {
    for (const batch of this.#batches) {
      for (const [id, before] of batch) if (!this.#changed.has(id)) this.#changed.set(id, before)
    }
    this.#batches = []
    this.#batchedCount = 0
  }

  #forgetMarks(): void {
    this.#isStale = false
    this.#changed.clear()
    this.#touched.clear()
    this.#batches = []
    this.#batchedCount = 0
  }

  #keep({ gone, came }: WindowStep): void {
    for (const { id } of gone) this.#kept?.delete(id)
    for (const { entry, doc } of came) this.#kept?.set(entry.id, doc)
  }

  /** Those that came are added first, so that a value which stays is never out of the index. */
  #updateLinks(gone: readonly WindowEntry[], came: readonly WindowEntry[]): void {
    if (this.#holders.length === 0) return
    const now = new Map(came.map((entry) => [entry.id, entry]))
    for (const { id, links } of came) for (const [index, value] of links.entries()) this.#addHolder(index, value, id)
    for (const { id, links } of gone) {
      const next = now.get(id)?.links
      for (const [index, value] of links.entries()) {
        if (next === undefined || next[index] !== value) this.#removeHolder(index, value, id)
      }
    }
  }

  #addHolder(index: number, value: StoredValue, id: DocumentId): void {
    const holders = this.#holders[index]
    const relation = this.query.seen.view.selection.expansions[index]?.relation
    if (value === null || holders === undefined || relation === undefined) return
    const ids = holders.get(value)
    if (ids !== undefined) {
      ids.add(id)
      return
    }
    holders.set(value, new Set([id]))
    this.#links.addLink(this, relation, value)
  }

  #removeHolder(index: number, value: StoredValue, id: DocumentId): void {
    const ids = this.#holders[index]?.get(value)
    const relation = this.query.seen.view.selection.expansions[index]?.relation
    if (ids === undefined || relation === undefined) return
    ids.delete(id)
    if (ids.size > 0) return
    this.#holders[index]?.delete(value)
    this.#links.removeLink(this, relation, value)
  }
}

function joinDocs(rows: WholeWindow["rows"]): string {
  return rows.map(({ doc }) => doc).join(",")
}

/** With more changed documents, reading the whole window again is cheaper. */
const changedCountMax = 512
