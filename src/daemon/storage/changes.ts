import type { Selectable } from "kysely"

import { sqlQuery } from "./database.ts"
import type { Reader, SqlValue } from "./database.ts"
import { readMeta } from "./meta.ts"
import { systemTables } from "./system-tables.ts"
import type { SystemTables } from "./system-tables.ts"

/** One committed change of one document. */
export interface Change {
  /** Grows with every change of the database; never used again, also after pruning. */
  readonly seq: number
  readonly collection: string
  readonly operation: "insert" | "update" | "delete"
  /** The value of the primary key. */
  readonly docId: string | number
  /** On update: the fields whose values differ; else empty. */
  readonly changedFields: readonly string[]
  /** On update and delete: the row before, in stored form (a blob as its length); null on insert, or when forgotten. */
  readonly before: Readonly<Record<string, SqlValue>> | null
  /** The request that caused the change; null when another program wrote. */
  readonly requestId: string | null
  /** ISO 8601 with milliseconds. */
  readonly at: string
}

/** Changes after a number, as far as the log still has them. */
export type ChangesSince =
  | { readonly kind: "changes"; readonly changes: readonly Change[] }
  /** The log no longer, or not yet, knows this number: whoever asked needs a fresh start. */
  | { readonly kind: "unknown" }

/** The most changes that `since` gives at once. */
export const changesPageMax = 1_000

/**
 * Reads changes after `seq` in their order, at most `limit` of them. What it returned is final: no later call shows a
 * change at or below a number that was already returned.
 */
export function changesSince(reader: Reader, seq: number, limit: number): ChangesSince {
  if (seq < prunedThrough(reader) || seq > latestSeq(reader)) return { kind: "unknown" }
  const page = systemTables
    .selectFrom("_alyx_changes")
    .selectAll()
    .where("seq", ">", seq)
    .orderBy("seq")
    .limit(Math.min(limit, changesPageMax))
  return { kind: "changes", changes: reader.all(page.compile()).map(readChange) }
}

/** The number of the newest change; 0 when there has been none. */
export function latestSeq(reader: Reader): number {
  const row = reader.get(sqlQuery<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = '_alyx_changes'"))
  return row?.seq ?? 0
}

/** The highest number that has been pruned; 0 when none has. */
export function prunedThrough(reader: Reader): number {
  return Number(readMeta(reader, "pruned_through") ?? 0)
}

function readChange(row: Selectable<SystemTables["_alyx_changes"]>): Change {
  return {
    seq: row.seq,
    collection: row.collection,
    operation: row.operation,
    docId: row.doc_id,
    changedFields: row.changed_fields === null ? [] : (JSON.parse(row.changed_fields) as string[]),
    before: row.before === null ? null : (JSON.parse(row.before) as Record<string, SqlValue>),
    requestId: row.request_id,
    at: row.at,
  }
}
