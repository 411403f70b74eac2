import { changesPageMax, changesSince, latestSeq, prunedThrough } from "../storage/changes.ts"
import type { Change } from "../storage/changes.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Reader } from "../storage/database.ts"
import { readMeta } from "../storage/meta.ts"

/** What is new in the change log. */
export type News =
  | { readonly kind: "none" }
  | { readonly kind: "changes"; readonly changes: readonly Change[] }
  /** So much that single changes are not worth looking at: only which collections changed. */
  | { readonly kind: "collections"; readonly names: readonly string[] | "all" }
  /** Another database: nothing that was known holds. */
  | { readonly kind: "restart" }

/** More changes in one turn, such as a seed's, are not looked at one by one: that would hold up everybody else. */
const singleChangesMax = 2_000

/** With more changes, not even their collections are looked for. */
const namedChangesMax = 50_000

/** Reads the change log in order. */
export class ChangeFeed {
  #epoch = ""
  #position = 0

  /** The UUID of the database's content. */
  get epoch(): string {
    return this.#epoch
  }

  /** The number of the newest change that was read. */
  get position(): number {
    return this.#position
  }

  /** Begins at the present state. */
  start(reader: Reader): void {
    this.#epoch = readEpoch(reader)
    this.#position = latestSeq(reader)
  }

  /** Reads on to the present state. */
  next(reader: Reader): News {
    const from = this.#position
    const epoch = this.#epoch
    this.start(reader)
    if (epoch !== this.#epoch || this.#position < from) return { kind: "restart" }
    if (this.#position === from) return { kind: "none" }
    const span = this.#position - from
    if (span > namedChangesMax || prunedThrough(reader) > from) return { kind: "collections", names: "all" }
    if (span > singleChangesMax) return { kind: "collections", names: collectionsSince(reader, from) }
    const changes = readChanges(reader, from)
    return changes === undefined ? { kind: "collections", names: "all" } : { kind: "changes", changes }
  }
}

/** All changes after a number, which must be few; undefined when the log does not know it. */
export function readChanges(reader: Reader, from: number): readonly Change[] | undefined {
  const all: Change[] = []
  let seq = from
  for (;;) {
    const page = changesSince(reader, seq, changesPageMax)
    if (page.kind === "unknown") return undefined
    all.push(...page.changes)
    const last = page.changes.at(-1)
    if (last === undefined || page.changes.length < changesPageMax) return all
    seq = last.seq
  }
}

/** Names the state of a database's content; restore and reset renew it. */
export function readEpoch(reader: Reader): string {
  return readMeta(reader, "epoch") ?? ""
}

/** The same and the newest number as queries, for a process that reads them with other things. */
export const epochQuery = sqlQuery("SELECT value FROM _alyx_meta WHERE key = 'epoch'")
export const seqQuery = sqlQuery("SELECT seq FROM sqlite_sequence WHERE name = '_alyx_changes'")

function collectionsSince(reader: Reader, from: number): string[] {
  const sql = "SELECT DISTINCT collection FROM _alyx_changes WHERE seq > ?"
  return reader.all<{ collection: string }>(sqlQuery(sql, [from])).map(({ collection }) => collection)
}
