import type { Collection } from "../../../schema/schema.ts"
import { columnChange } from "./change-table.ts"
import { defineTable } from "./ddl.ts"

/** `instant` touches no documents, `scan` reads them, `rebuild` copies the table. */
export type TableWork = "instant" | "scan" | "rebuild"

/**
 * Rows a second, rounded down from what was measured in processor time on a two-core virtual machine, with 100,000 and
 * 500,000 documents of 250 bytes, two indexes and a reference: a rebuild that renames a field moved 110,000 and 90,000
 * rows a second, one that converts a field 80,000 and 63,000, and an index on a text of 120 bytes read 210,000 and
 * 640,000. It is a guess at the order of magnitude for other machines.
 */
const rowsPerSecond: Readonly<Record<Exclude<TableWork, "instant">, number>> = { rebuild: 60_000, scan: 200_000 }

/** What the smallest change costs: its transaction, its sync and the look at the tables. */
const instantMs = 5

/** How a table gets from one definition to the next when its rows stay as they are. */
export function workBetween(before: Collection, after: Collection): TableWork {
  const [old, next] = [defineTable(before), defineTable(after)]
  if (columnChange(old, next, after) === "rebuild") return "rebuild"
  const present = new Set(old.indexes.map(({ sql }) => sql))
  return next.indexes.some(({ sql }) => !present.has(sql)) ? "scan" : "instant"
}

/** How long work on so many rows takes, in milliseconds. */
export function estimateMs(work: TableWork, rowCount: number): number {
  return instantMs + (work === "instant" ? 0 : Math.round((rowCount / rowsPerSecond[work]) * 1_000))
}
