import type { RestoreResponse } from "../../protocol/data-api.ts"
import { countOf, showMs } from "../amount.ts"
import type { Paint } from "../paint.ts"

/** Says what is in the database now, and where that is which was there before. */
export function renderReplaced(done: RestoreResponse, verb: "Restored" | "Reset", paint: Paint): string {
  const counts = Object.entries(done.collections)
  const total = counts.reduce((sum, [, count]) => sum + count, 0)
  const what = `${countOf(total, "document")} in ${countOf(counts.length, "collection")}`
  const lines = [`${paint("good", "✓")} ${verb}: ${what}, in ${showMs(done.durationMs)}.`]
  if (done.backup !== null) lines.push(`  What was there before: ${done.backup}`)
  return lines.join("\n")
}
