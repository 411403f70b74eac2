import type { SeedResponse } from "../../protocol/data-api.ts"
import { countOf, showCount, showMs } from "../amount.ts"
import type { OutputStream } from "../terminal.ts"
import { renderTable } from "../table.ts"

/** What a seed did: a row a collection, and what became of the documents. */
export function renderSeeded(done: SeedResponse, { paint }: Pick<OutputStream, "paint">): string {
  const rows = Object.entries(done.collections).map(([name, count]) => [name, showCount(count)])
  const total = Object.values(done.collections).reduce((sum, count) => sum + count, 0)
  const parts = [
    `${showCount(done.created)} created`,
    `${showCount(done.updated)} updated`,
    `${showCount(done.unchanged)} unchanged`,
  ]
  const table = rows.length === 0 ? "" : `${renderTable(rows, { right: [1], indent: 2 })}\n`
  return `${table}${paint("good", "✓")} ${countOf(total, "document")} in ${showMs(done.durationMs)}: ${parts.join(", ")}`
}
