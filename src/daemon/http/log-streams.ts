import type { FastifyReply, FastifyRequest } from "fastify"

import { alyxError } from "../../errors.ts"
import type { Clock } from "../../lib/clock.ts"
import type { LogEntry, LostEntry } from "../../protocol/admin-api.ts"
import type { Activity } from "../activity.ts"
import type { QueryPairs } from "../records/records.ts"
import { EventStream } from "./event-stream.ts"
import { takeOver } from "./take-over.ts"

/** Readers of the log at once; a dashboard and some terminals need a handful. */
const streamCountMax = 50

/** Entries that wait for one slow reader. */
const waitingMax = 1_000

const heartbeatMs = 15_000

const entryKinds = ["log", "request", "reload", "build", "execution", "lost"] as const satisfies LogEntry["kind"][]

/** What a reader of the log asked for. */
export interface LogQuery {
  /** How many past entries come first. */
  readonly tail: number
  /** False ends the answer after the past entries. */
  readonly follow: boolean
  /** Empty for all. */
  readonly kinds: ReadonlySet<string>
  /** The last entry that a reconnecting reader has seen; null for a new one. */
  readonly afterSeq: number | null
}

/** The open answers of `/api/admin/logs`. */
export class LogStreams {
  readonly #activity: Activity
  readonly #clock: Clock
  readonly #streams = new Set<EventStream<LogEntry>>()

  constructor(parts: { readonly activity: Activity; readonly clock: Clock }) {
    this.#activity = parts.activity
    this.#clock = parts.clock
  }

  /** Answers with the entries asked for, past ones first, until the reader leaves. */
  open(request: FastifyRequest, reply: FastifyReply, query: LogQuery): void {
    if (this.#streams.size >= streamCountMax) throw alyxError("OVERLOADED", { retryAfterSeconds: 5 })
    request.isStream = true
    const response = takeOver(reply, { "content-type": "text/event-stream; charset=utf-8" })
    response.flushHeaders()
    const stream = new EventStream<LogEntry>({
      response,
      waitingMax,
      heartbeatMs,
      lostEvent: (count, lastLostSeq) => this.#lost(count, lastLostSeq),
    })
    for (const entry of this.#past(query)) if (isWanted(entry, query)) stream.send(entry)
    if (!query.follow) return stream.finish()

    this.#streams.add(stream)
    const unfollow = this.#activity.follow((entry) => {
      if (isWanted(entry, query)) stream.send(entry)
    })
    response.on("close", () => {
      unfollow()
      this.#streams.delete(stream)
    })
  }

  /** Ends every answer, so that the daemon can. */
  endAll(): void {
    for (const stream of this.#streams) stream.end()
  }

  #past({ afterSeq, tail }: LogQuery): readonly LogEntry[] {
    const newest = this.#activity.past({ tail: 1 })[0]?.seq ?? 0
    // A number from before the daemon was restarted says nothing about this one's entries.
    if (afterSeq === null || afterSeq > newest) return this.#activity.past({ tail })
    const entries = this.#activity.past({ afterSeq, tail: Number.POSITIVE_INFINITY })
    const forgottenCount = newest - afterSeq - entries.length
    return forgottenCount > 0 ? [this.#lost(forgottenCount, afterSeq + forgottenCount), ...entries] : entries
  }

  #lost(count: number, seq: number): LostEntry {
    return { kind: "lost", seq, time: new Date(this.#clock.now()).toISOString(), count }
  }
}

/** Reads the query of `/api/admin/logs`. */
export function readLogQuery(pairs: QueryPairs, lastEventId: string | string[] | undefined): LogQuery {
  let tail = 100
  let follow = true
  const kinds = new Set<string>()
  for (const [name, value] of pairs) {
    if (name === "tail") tail = readTail(value)
    else if (name === "follow") follow = readFlag(value)
    else if (name === "kind") kinds.add(readKind(value))
    else
      throw alyxError("INVALID_QUERY", { message: `There is no parameter ${name}: tail, follow and kind are known.` })
  }
  const isNumber = typeof lastEventId === "string" && /^\d{1,15}$/.test(lastEventId)
  return { tail, follow, kinds, afterSeq: isNumber ? Number(lastEventId) : null }
}

function readTail(value: string): number {
  if (/^\d{1,4}$/.test(value) && Number(value) <= 1_000) return Number(value)
  throw alyxError("INVALID_QUERY", { message: "tail must be a whole number from 0 to 1000." })
}

function readFlag(value: string): boolean {
  if (value === "true" || value === "false") return value === "true"
  throw alyxError("INVALID_QUERY", { message: "follow must be true or false." })
}

function readKind(value: string): string {
  if ((entryKinds as readonly string[]).includes(value)) return value
  throw alyxError("INVALID_QUERY", { message: `kind must be one of ${entryKinds.join(", ")}.` })
}

/** That something was lost concerns every reader. */
function isWanted(entry: LogEntry, { kinds }: LogQuery): boolean {
  return kinds.size === 0 || entry.kind === "lost" || kinds.has(entry.kind)
}
