import { alyxError } from "../../errors.ts"
import type { Database, SlowReader } from "../storage/database.ts"
import { epochQuery, readChanges, seqQuery } from "./change-feed.ts"
import { FairQueue } from "./fair-queue.ts"
import type { Share } from "./fair-queue.ts"
import type { LiveGroup } from "./group.ts"
import type { LiveGroups } from "./live-groups.ts"
import type { WholeWindow } from "./query-reads.ts"

/** What SlowReads needs. */
export interface SlowReadsOptions {
  readonly database: Database & SlowReader
  /** The groups of the present schema: those of another one are not read any further. */
  readonly groups: () => LiveGroups
  /** One of those who follow a group: whose turn its reading is. */
  readonly shareOf: (group: LiveGroup) => Share
  /** Called after a group got what was read, or an error, or is not read since nobody wants it. */
  readonly onRead: (group: LiveGroup) => void
}

/** Somebody who wants to join a group that is read elsewhere. */
export interface Waiter {
  readonly share: Share
  /** False when nobody would be told any more. */
  isWanted(): boolean
  /** Called in the turn in which the group stands where it was read. */
  joined(): void
  failed(error: unknown): void
}

interface ReadGroup {
  readonly groups: LiveGroups
  readonly group: LiveGroup
  readonly whole: WholeWindow
}

/** Reads at a time. There is another process for long reads, which lists find free. */
const readCountMax = 1

/** With more groups waiting, nobody further joins one that is not read already: OVERLOADED. */
const waitingCountMax = 1_000

/** How often a group is read in vain. */
const attemptCountMax = 3

/** Changes after such a reading that are looked at one by one. */
const caughtUpMax = 1_000

/**
 * Reads groups in another process, when their queries would hold up everybody here. The number of the newest change is
 * read with the window, in one state, and what came after it is then told as usual. Groups wait here for their turn,
 * which goes around by address and within one by client, so that a write that concerns many of them takes the readers from nobody else.
 */
export class SlowReads {
  readonly #options: SlowReadsOptions
  readonly #queue = new FairQueue<LiveGroup>()
  readonly #waiters = new Map<LiveGroup, Waiter[]>()
  readonly #underWay = new Map<LiveGroup, Promise<void>>()
  /** Groups that were found too slow again before their reading had quite ended. */
  readonly #again = new Set<LiveGroup>()
  #isStopped = false

  constructor(options: SlowReadsOptions) {
    this.#options = options
  }

  /** Waits for the next reading of a group that begins from now on. */
  wait(group: LiveGroup, waiter: Waiter): void {
    if (this.#isStopped) return waiter.failed(alyxError("SHUTTING_DOWN"))
    const isKnown = this.#queue.has(group) || this.#underWay.has(group)
    if (!isKnown && this.#queue.size >= waitingCountMax) {
      const message = "Too many live queries wait to be read already."
      return waiter.failed(alyxError("OVERLOADED", { message, next: "Try again.", retryAfterSeconds: 1 }))
    }
    const waiters = this.#waiters.get(group)
    if (waiters === undefined) this.#waiters.set(group, [waiter])
    else waiters.push(waiter)
    this.read(group)
  }

  /** Whether somebody waits for a group. */
  isAwaited(group: LiveGroup): boolean {
    return this.#waiters.has(group) || this.#underWay.has(group)
  }

  /** Reads a group when its turn comes; one that is being read is read once more after that. */
  read(group: LiveGroup): void {
    if (this.#isStopped) return
    if (this.#underWay.has(group)) {
      this.#again.add(group)
      return
    }
    this.#options.groups().setSlow(group)
    const [waiter] = this.#waiters.get(group) ?? []
    this.#queue.add(group, waiter?.share ?? this.#options.shareOf(group))
    this.#next()
  }

  /** A group that nobody follows any longer is not read. */
  forget(group: LiveGroup): void {
    this.#queue.delete(group)
  }

  /** Begins no further reading, and resolves when nothing is being read. */
  async stop(): Promise<void> {
    this.#isStopped = true
    const waiters = [...this.#waiters.values()].flat()
    this.#waiters.clear()
    for (const waiter of waiters) waiter.failed(alyxError("SHUTTING_DOWN"))
    await Promise.all(this.#underWay.values())
  }

  #next(): void {
    while (!this.#isStopped && this.#underWay.size < readCountMax) {
      const next = this.#queue.take()
      if (next === undefined) return
      if (this.#isWanted(next.item)) this.#underWay.set(next.item, this.#read(next.item, next.payer))
      else this.#leave(next.item)
    }
  }

  #isWanted(group: LiveGroup): boolean {
    return group.recipients.size > 0 || (this.#waiters.get(group) ?? []).some((waiter) => waiter.isWanted())
  }

  #leave(group: LiveGroup): void {
    const waiters = this.#waiters.get(group) ?? []
    this.#waiters.delete(group)
    for (const waiter of waiters) waiter.failed(alyxError("SUBSCRIPTION_NOT_FOUND"))
    this.#options.onRead(group)
  }

  async #read(group: LiveGroup, payer: string): Promise<void> {
    const waiters = this.#waiters.get(group) ?? []
    this.#waiters.delete(group)
    const groups = this.#options.groups()
    const beganMs = performance.now()
    try {
      await this.#readUntilPlaced(groups, group)
      for (const waiter of waiters) waiter.joined()
    } catch (error) {
      for (const waiter of waiters) waiter.failed(error)
      groups.failedElsewhere(group, error)
    } finally {
      this.#queue.charge(payer, performance.now() - beganMs)
      this.#underWay.delete(group)
      if (this.#again.delete(group) || this.#waiters.has(group)) this.read(group)
      this.#options.onRead(group)
      this.#next()
    }
  }

  /** Another reading is needed only where all data was replaced during this one. */
  async #readUntilPlaced(groups: LiveGroups, group: LiveGroup): Promise<void> {
    if (groups.find(group.query.key) !== group) return
    const { size, window, total } = group.reads.slowQueries()
    const queries = [epochQuery, seqQuery, size ?? seqQuery, window, total]
    for (let attempt = 0; attempt < attemptCountMax; attempt += 1) {
      const [epochRows, seqRows, sizeRows, ...answer] = await this.#options.database.readSlow(queries)
      if (this.#options.groups() !== groups || groups.find(group.query.key) !== group) return
      const whole = group.reads.slowAnswer([size === null ? [] : (sizeRows ?? []), ...answer])
      const state = { epoch: epochRows?.[0]?.["value"], seq: Number(seqRows?.[0]?.["seq"] ?? 0) }
      if (this.#place({ groups, group, whole }, state)) return
    }
    throw alyxError("DATABASE_BUSY")
  }

  /** False when the state is not one of the present database. */
  #place({ groups, group, whole }: ReadGroup, { epoch, seq }: { epoch: unknown; seq: number }): boolean {
    return this.#options.database.read((reader) => {
      groups.look(reader)
      if (epoch !== groups.feed.epoch) return false
      const isFar = groups.feed.position - seq > caughtUpMax
      const changes = isFar ? undefined : readChanges(reader, seq)
      groups.readElsewhere(whole, group, seq)
      if (changes === undefined) group.markStale()
      else groups.markOnly(reader, group, changes)
      return true
    })
  }
}
