import type { MigrationPlan, PlannedChange } from "../../protocol/migrations-api.ts"
import { countOf } from "../amount.ts"
import type { Paint } from "../paint.ts"
import { printable } from "../printable.ts"
import type { LineLook } from "./change-lines.ts"
import { changeLine, changeLines, hanging, safetyLooks, showEstimate } from "./change-lines.ts"

/** The room that a plan is shown in. */
export interface PlanRoom {
  readonly columns: number
  /** Infinity where the lines may scroll away. */
  readonly rows: number
}

/**
 * A plan as lines, none wider than the room: a headline, then the changes under the file that asks for them. Where not
 * all fits, first the details of the changes are left out, then those changes that cost nothing; the rest is counted.
 */
export function planLines(plan: MigrationPlan, look: { readonly paint: Paint }, room: PlanRoom): readonly string[] {
  const { columns, rows } = room
  const line: LineLook = { paint: look.paint, columns }
  const head = headline(plan, line)
  if (plan.changes.length === 0) return head.slice(0, Math.max(1, rows))
  const whole = [...head, "", ...grouped(plan.changes, line, changeLines)]
  if (whole.length <= rows) return whole
  const short = [...head, ...grouped(plan.changes, line, changeLine)]
  if (short.length <= rows) return short
  return cutToRows([...head, ...grouped(worstFirst(plan.changes), line, changeLine)], rows, look.paint)
}

/** "3 changes: 1 safe, 1 lossy, 1 refused · about 1.20 s · a backup is written first". */
export function headline(plan: Pick<MigrationPlan, "changes" | "isLossy" | "estimateMs">, look: LineLook): string[] {
  const { changes, isLossy, estimateMs } = plan
  if (changes.length === 0) return hanging("No changes.", { ...look, indent: 0 })
  const counts = (["safe", "lossy", "refused"] as const)
    .map((safety) => ({ safety, count: changes.filter((change) => change.safety === safety).length }))
    .filter(({ count }) => count > 0)
  const isRefused = counts.some(({ safety }) => safety === "refused")
  const isKnown = changes.every(({ rowCount }) => rowCount !== null)
  const parts = [
    `${countOf(changes.length, "change")}: ${counts.map(({ safety, count }) => `${count} ${safety}`).join(", ")}`,
    ...(isRefused ? [] : [isKnown ? showEstimate(estimateMs) : "for an unknown time"]),
    ...(isLossy ? ["a backup is written first"] : []),
  ]
  const { meaning } = safetyLooks[counts.at(-1)!.safety]
  return hanging(parts.join(" · "), { ...look, indent: 0 }).map((text) => look.paint(meaning, text))
}

/** Changes under the file that asks for them, in their order. */
function grouped(
  changes: readonly PlannedChange[],
  look: LineLook,
  linesOf: (change: PlannedChange, look: LineLook) => readonly string[],
): string[] {
  return changes.flatMap((change, index) => {
    const isNew = index === 0 || changes[index - 1]!.file !== change.file
    const lines = linesOf(change, look)
    return isNew ? [...hanging(titleOf(change.file), { ...look, indent: 0 }).map(strong(look)), ...lines] : lines
  })
}

function titleOf(file: string | null): string {
  return printable(file ?? "schema.yaml")
}

function strong({ paint }: LineLook): (text: string) => string {
  return (text) => paint("strong", text)
}

const ranks = { refused: 0, lossy: 1, safe: 2 } as const

function worstFirst(changes: readonly PlannedChange[]): readonly PlannedChange[] {
  return changes.toSorted((one, other) => ranks[one.safety] - ranks[other.safety])
}

function cutToRows(lines: readonly string[], rows: number, paint: Paint): readonly string[] {
  const kept = lines.slice(0, Math.max(1, rows - 1))
  const more = countOf(lines.length - kept.length, "more line")
  return rows < 2 ? kept : [...kept, paint("quiet", `… ${more}: alyx migrate plan shows all`)]
}
