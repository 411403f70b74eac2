import type { Result } from "../doctor/run-checks.ts"
import { countOf } from "./amount.ts"
import type { Meaning, Paint } from "./paint.ts"
import { printable } from "./printable.ts"
import { renderProblem } from "./render-error.ts"
import { wrapText } from "./wrap-text.ts"

const marks: Record<Result["status"], readonly [mark: string, meaning: Meaning]> = {
  ok: ["✓", "good"],
  note: ["·", "name"],
  warning: ["!", "warn"],
  problem: ["✗", "bad"],
  skipped: ["-", "quiet"],
}

/** How `alyx doctor` is shown. */
export interface DoctorLook {
  readonly paint: Paint
  readonly columns: number
  readonly readText: (file: string) => string | undefined
}

/** What `alyx doctor` prints: a line for each check, what to do below those that are not well, and a sum. */
export function renderResults(results: readonly Result[], look: DoctorLook): string {
  const { paint } = look
  const width = Math.max(...results.map(({ title }) => title.length))
  const lines = results.flatMap((result) => {
    const [mark, meaning] = marks[result.status]
    const indent = width + 5
    const text = wrapText(printable(result.message), { columns: look.columns, indent }).trimStart()
    const title = paint(result.status === "ok" ? "quiet" : "strong", result.title.padEnd(width))
    return [
      `${paint(meaning, mark)} ${title}   ${text}`,
      ...(result.problems ?? []).map((problem) => renderProblem(problem, look)),
      ...(result.fixed === null ? [] : [`${" ".repeat(indent)}${paint("good", result.fixed)}`]),
      ...(result.next === undefined || result.fixed !== null
        ? []
        : [wrapText(`${" ".repeat(indent)}→ ${result.next}`, { columns: look.columns, indent })]),
    ]
  })
  return [...lines, "", summaryOf(results, paint)].join("\n")
}

function summaryOf(results: readonly Result[], paint: Paint): string {
  const count = (status: Result["status"]): number => results.filter((result) => result.status === status).length
  const [problems, warnings] = [count("problem"), count("warning")]
  if (problems + warnings === 0) return paint("good", "All is well.")
  const fixable = results.filter(({ canBeFixed, fixed, status }) => canBeFixed && fixed === null && status !== "ok")
  const parts = [
    ...(problems > 0 ? [paint("bad", countOf(problems, "problem"))] : []),
    ...(warnings > 0 ? [paint("warn", countOf(warnings, "warning"))] : []),
  ]
  return `${parts.join(", ")}.${fixable.length > 0 ? " alyx doctor --fix does the safe part." : ""}`
}
