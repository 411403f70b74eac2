import { mentionsOf } from "../../../schema/migrations/mentions.ts"
import type { Schema } from "../../../schema/schema.ts"
import type { SchemaChange } from "../../../schema/schema-change.ts"
import { conflictQuery } from "./check-rows.ts"
import type { DraftedChange, RowLook } from "./plan-migration.ts"
import { changeProblem } from "./plan-schema.ts"
import type { RowLineage } from "./row-lineage.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"
import { countRows } from "./table-size.ts"
import { estimateMs, workBetween } from "./table-work.ts"
import type { TableWork } from "./table-work.ts"

interface DerivedParts {
  readonly from: Schema
  readonly to: Schema
  readonly changes: readonly SchemaChange[]
  readonly lineage: RowLineage
}

/** Drafts the changes that lead from the schema after the files to the written one. */
export function planDerived(connection: SqliteConnection, parts: DerivedParts): readonly DraftedChange[] {
  /** A table is rebuilt once, however many of its fields change: the first change bears the time. */
  const timed = new Set<string>()
  return parts.changes.map((change) => {
    const rowCount = rowCountOf(connection, change, parts)
    const work = workOf(change, parts)
    const isFirst = !timed.has(`${change.collection} ${work}`)
    timed.add(`${change.collection} ${work}`)
    return {
      change: {
        file: null,
        message: change.message,
        collection: change.collection,
        field: "field" in change ? change.field : null,
        safety: change.safety === "unsafe" ? ("refused" as const) : ("safe" as const),
        reason: change.safety === "unsafe" ? change.reason : null,
        next: change.safety === "unsafe" ? change.next : null,
        rowCount: work === "instant" && change.kind !== "remove-collection" ? 0 : rowCount,
        work,
        estimateMs: isFirst ? estimateMs(work, rowCount) : 0,
        mentions: mentioned(change, parts),
      },
      looks: looksOf(change, parts),
    }
  })
}

/** What is new has nothing yet that speaks of it. */
function mentioned(change: SchemaChange, { from }: DerivedParts): DraftedChange["change"]["mentions"] {
  if (change.kind === "add-collection" || change.kind === "add-field" || change.kind === "change-rules") return []
  if (change.kind === "add-index" || change.kind === "remove-index" || change.kind === "change-index") return []
  return mentionsOf(from, { collection: change.collection, field: "field" in change ? change.field : null })
}

function rowCountOf(connection: SqliteConnection, { collection }: SchemaChange, { lineage }: DerivedParts): number {
  const rows = lineage.of(collection)
  return rows === undefined ? 0 : countRows(connection, rows.table)
}

function workOf(change: SchemaChange, { from, to }: DerivedParts): TableWork {
  const before = from.collections.get(change.collection)
  const after = to.collections.get(change.collection)
  if (before === undefined || after === undefined) return "instant"
  if (change.kind === "change-rules" || change.kind === "change-read-in-memory" || change.kind === "remove-index") {
    return "instant"
  }
  return workBetween(before, after)
}

/** What is refused whatever the rows are is a problem at once: it is looked for nowhere. */
function looksOf(change: SchemaChange, { from, to, lineage }: DerivedParts): readonly RowLook[] {
  const problem: RowLook["problem"] = (ids) => changeProblem(change, to, ids)
  if (change.safety === "unsafe")
    return [{ table: change.collection, sql: "SELECT NULL AS id", countMin: 0, problem: () => problem([]) }]
  const rows = lineage.of(change.collection)
  const [before, after] = [from.collections.get(change.collection), to.collections.get(change.collection)]
  if (change.fits === null || rows === undefined || before === undefined || after === undefined) return []
  if (!lineage.isKnown && change.fits.kind === "no-duplicates") return []
  const query = conflictQuery({ from: before, to: after, condition: change.fits, source: rows.source })
  return query === null ? [] : [{ table: rows.table, ...query, problem }]
}
