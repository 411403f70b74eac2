import type { Collection } from "../../../schema/schema.ts"
import { columnChange } from "./change-table.ts"
import { defineTable } from "./ddl.ts"

/** `instant` touches no documents, `scan` reads them, `rebuild` copies the table. */
export type TableWork = "instant" | "scan" | "rebuild"

/**
 * Rows a second, measured on two cores of a small virtual machine with tables of 100,000 and 1,000,000 documents of
 * about 200 bytes with an index and a reference: a rebuild copied 150,000 a second, an index took 600,000.
 */
const rowsPerSecond: Readonly<Record<Exclude<TableWork, "instant">, number>> = { rebuild: 150_000, scan: 600_000 }

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
