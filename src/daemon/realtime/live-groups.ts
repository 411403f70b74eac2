import { alyxError, isAlyxError } from "../../errors.ts"
import type { AlyxError } from "../../errors.ts"
import type { LiveQuery } from "../records/live-query.ts"
import type { Change } from "../storage/changes.ts"
import type { Database, Reader, SlowReader } from "../storage/database.ts"
import type { ChangeFeed, News } from "./change-feed.ts"
import type { FanOut } from "./fan-out.ts"
import { LiveGroup } from "./group.ts"
import { GroupIndex } from "./group-index.ts"
import type { CollectionIndex } from "./group-index.ts"
import { changedDocuments, groupMarker, markChanges } from "./mark-changes.ts"
import type { MarkFrame, Marker } from "./mark-changes.ts"
import { deltaMembers, snapshotMembers } from "./message-text.ts"
import type { Position } from "./message-text.ts"
import { QueryReads, ReadTooSlow } from "./query-reads.ts"
import type { WholeWindow } from "./query-reads.ts"
import { groupName, writeResume } from "./resume-token.ts"
import type { WindowDelta } from "./window-delta.ts"

/** What LiveGroups needs. */
export interface LiveGroupsOptions {
  readonly database: Database & SlowReader
  readonly fanOut: FanOut
  /** Of the schema that all groups are of. */
  readonly schemaHash: string
  readonly feed: ChangeFeed
  /** Called with a group that is too slow to be read where others wait. */
  readonly onSlow: (group: LiveGroup) => void
  /** Called with a group that cannot be followed any longer, after it was taken out. */
  readonly onEnded: (group: LiveGroup, error: AlyxError) => void
  /** Called with a mistake of ours, or of the moment. */
  readonly onFault: (error: unknown) => void
}

/** How often a group may fail in a row, such as while its tables are being changed, or by taking too long. */
const failureCountMax = 5

/** What says nothing about a group: others ask too much, or hold the database. It is tried again however often. */
const momentary: ReadonlySet<string> = new Set(["OVERLOADED", "DATABASE_BUSY", "SHUTTING_DOWN"])

/** Whether a group can be read again after this, elsewhere or later. */
export function isPassing(error: unknown): boolean {
  return error instanceof ReadTooSlow || (isAlyxError(error) && momentary.has(error.code))
}

/** All groups of one schema, and which of them are behind the change log. */
export class LiveGroups {
  readonly index = new GroupIndex()
  readonly feed: ChangeFeed
  readonly #options: LiveGroupsOptions
  readonly #groups = new Map<string, LiveGroup>()
  readonly #dirty = new Set<LiveGroup>()
  readonly #slow = new Set<LiveGroup>()
  readonly #failures = new Map<LiveGroup, number>()
  /** Groups that failed, and are tried again later. */
  readonly #resting = new Set<LiveGroup>()

  constructor(options: LiveGroupsOptions) {
    this.#options = options
    this.feed = options.feed
  }

  get size(): number {
    return this.#groups.size
  }

  get isBehind(): boolean {
    return this.#dirty.size > 0
  }

  all(): Iterable<LiveGroup> {
    return this.#groups.values()
  }

  find(key: string): LiveGroup | undefined {
    return this.#groups.get(key)
  }

  /** Reads the change log to its end, and marks what it concerns. True when there was something new. */
  look(reader: Reader): boolean {
    const news = this.feed.next(reader)
    if (news.kind === "changes") this.#markOrAll(reader, news.changes)
    else if (news.kind === "collections") this.#markCollections(news)
    else if (news.kind === "restart") {
      for (const group of this.all()) {
        group.needsReset = true
        group.markStale()
      }
    }
    return news.kind !== "none"
  }

  /** Makes a group with what is there now; the change log must be read to its end. Throws ReadTooSlow. */
  open(query: LiveQuery): LiveGroup {
    const group = this.#make(query)
    const whole = group.reads.whole()
    this.#add(group)
    group.take(whole)
    group.seq = this.feed.position
    return group
  }

  /** Makes a group that has not been read; the caller sees to that. */
  openUnread(query: LiveQuery): LiveGroup {
    const group = this.#make(query)
    this.#add(group)
    group.keepDocs()
    group.markStale()
    return group
  }

  drop(group: LiveGroup): void {
    if (this.#groups.get(group.query.key) !== group) return
    this.#groups.delete(group.query.key)
    this.#dirty.delete(group)
    this.#slow.delete(group)
    this.#failures.delete(group)
    this.#resting.delete(group)
    this.index.remove(group)
  }

  /** Brings groups up to now until the time is up; the change log must be read to its end. */
  advance(reader: Reader, endsAtMs: number): void {
    for (const group of this.#dirty) {
      this.bringUp(reader, group)
      if (performance.now() > endsAtMs) return
    }
  }

  /** Whether groups wait for `retry`. */
  get needsRetry(): boolean {
    return this.#resting.size > 0
  }

  /** Has groups that failed read again as a whole. */
  retry(): void {
    const groups = [...this.#resting]
    this.#resting.clear()
    for (const group of groups) group.markStale()
  }

  /** Brings one group up to now; false when it is read elsewhere, or has ended. */
  bringUp(reader: Reader, group: LiveGroup): boolean {
    if (this.isWaiting(group)) return false
    this.#dirty.delete(group)
    if (!group.isDirty) {
      group.seq = this.feed.position
      return true
    }
    try {
      const delta = group.advance(reader)
      group.seq = this.feed.position
      this.#failures.delete(group)
      this.#tell(group, delta)
      return true
    } catch (error) {
      this.failed(group, error)
      return false
    }
  }

  /** Takes the group out of the turns until `readElsewhere` brings what was read. */
  setSlow(group: LiveGroup): void {
    if (this.#groups.get(group.query.key) !== group) return
    this.#dirty.delete(group)
    this.#resting.delete(group)
    this.#slow.add(group)
    group.keepDocs()
  }

  /** Whether a group waits to be read, here or elsewhere, and is out of the turns until then. */
  isWaiting(group: LiveGroup): boolean {
    return this.#slow.has(group) || this.#resting.has(group)
  }

  /** Gives the group back to the turns. */
  setQuick(group: LiveGroup): void {
    this.#slow.delete(group)
    if (group.isDirty && this.#groups.get(group.query.key) === group) this.#dirty.add(group)
  }

  /**
   * Moves a group to a state that another process read, which may be older than what was read of the change log: the
   * caller then marks what came after it, for this group alone.
   */
  readElsewhere(whole: WholeWindow, group: LiveGroup, seq: number): void {
    this.setQuick(group)
    this.#dirty.delete(group)
    const delta = group.take(whole)
    group.seq = seq
    this.#failures.delete(group)
    this.#tell(group, delta)
  }

  /** A group could not be read by another process either. */
  failedElsewhere(group: LiveGroup, error: unknown): void {
    if (this.#groups.get(group.query.key) !== group) return
    this.#slow.delete(group)
    this.failed(group, error)
  }

  /** Marks one group alone, for changes that the others have seen. */
  markOnly(reader: Reader, group: LiveGroup, changes: readonly Change[]): void {
    const marker: Marker = {
      batch: (other, changed) => other === group && groupMarker.batch(group, changed),
      changed: (other, id, before) => other === group && groupMarker.changed(group, id, before),
      linked: (other, relation, value) => other === group && groupMarker.linked(group, relation, value),
      stale: (other) => other === group && groupMarker.stale(group),
    }
    this.#markWith({ reader, groups: this.index, marker }, changes)
  }

  /** Where a group stands. */
  position(group: LiveGroup): Position {
    return { seq: group.seq, resume: writeResume({ epoch: this.feed.epoch, seq: group.seq, group: group.name }) }
  }

  /** Everything that a group shows now, as the members of a message. May throw ReadTooSlow. */
  snapshot(group: LiveGroup, isReset: boolean): string {
    return snapshotMembers({ docs: group.docsText(), total: group.total }, this.position(group), isReset)
  }

  /** Ends a group that cannot be followed. */
  end(group: LiveGroup, error: AlyxError): void {
    this.drop(group)
    this.#options.onEnded(group, error)
  }

  #make(query: LiveQuery): LiveGroup {
    return new LiveGroup({
      query,
      reads: new QueryReads(query, this.#options.database),
      name: groupName(query.key, this.#options.schemaHash),
      links: this.index,
      onDirty: (group) => {
        if (this.isWaiting(group)) return
        if (this.#groups.get(query.key) === group) this.#dirty.add(group)
      },
    })
  }

  #add(group: LiveGroup): void {
    this.#groups.set(group.query.key, group)
    this.index.add(group)
  }

  /** What cannot be marked, such as while tables are changed, is not lost: everything is read again. */
  #markOrAll(reader: Reader, changes: readonly Change[]): void {
    try {
      this.#markWith({ reader, groups: this.index, marker: groupMarker }, changes)
    } catch (error) {
      this.#options.onFault(error)
      this.#markCollections({ kind: "collections", names: "all" })
    }
  }

  #markWith(frame: MarkFrame, changes: readonly Change[]): void {
    const { documents, lost } = changedDocuments(changes, (name) => this.index.of(name)?.plan.key.name)
    for (const [name, changed] of documents) {
      const index = this.index.of(name)
      if (index !== undefined) markChanges(frame, index, changed)
    }
    for (const name of lost) {
      const index = this.index.of(name)
      for (const group of index?.groups ?? []) frame.marker.stale(group)
      for (const group of index?.expanding ?? []) frame.marker.stale(group)
    }
  }

  #markCollections({ names }: Extract<News, { kind: "collections" }>): void {
    const wanted = names === "all" ? [...this.index.collections()] : names.map((name) => this.index.of(name))
    for (const each of wanted) if (each !== undefined) markAll(each)
  }

  #tell(group: LiveGroup, delta: WindowDelta | null): void {
    const { fanOut } = this.#options
    const { seq } = group
    const recipients = [...group.recipients]
    if (group.needsReset) {
      fanOut.add({ type: "snapshot", members: this.snapshot(group, true), seq }, recipients)
      group.needsReset = false
    } else if (delta !== null) {
      fanOut.add({ type: "delta", members: deltaMembers(delta, this.position(group)), seq }, recipients)
    }
  }

  /** Has a group that could not be read do so elsewhere or later, or ends it. */
  failed(group: LiveGroup, error: unknown): void {
    if (error instanceof ReadTooSlow) {
      this.setSlow(group)
      this.#options.onSlow(group)
      return
    }
    if (isPassing(error)) {
      this.#resting.add(group)
      return
    }
    const count = (this.#failures.get(group) ?? 0) + 1
    this.#failures.set(group, count)
    if (!isAlyxError(error)) this.#options.onFault(error)
    const isFinal = isAlyxError(error) && error.code !== "QUERY_TIMEOUT"
    if (!isFinal && count < failureCountMax) this.#resting.add(group)
    else this.end(group, isAlyxError(error) ? error : alyxError("INTERNAL", { cause: error }))
  }
}

function markAll({ groups, expanding }: CollectionIndex): void {
  for (const group of groups) group.markStale()
  for (const group of expanding) group.markStale()
}
