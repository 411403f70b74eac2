import type { Problem } from "../../errors.ts"
import type { MigrationPlan } from "../../protocol/migrations-api.ts"
import type { Paint } from "../paint.ts"
import { renderProblem } from "../render-error.ts"
import { hanging } from "./change-lines.ts"
import { completeAdvice, draftToComplete } from "./open-draft.ts"
import { planLines } from "./plan-lines.ts"

/** How a text of migrations is shown. */
export interface MigrationLook {
  readonly paint: Paint
  readonly columns: number
  /** The text of a file of the project, for the excerpt of a problem. */
  readonly readText: (file: string) => string | undefined
}

/** How many problems are shown with their lines; the rest is counted. */
const problemCountMax = 20

/** What `alyx migrate plan` prints: the changes, what stands in the way, and what to do next. */
export function renderPlan(plan: MigrationPlan, look: MigrationLook): string {
  const { problems } = plan
  const lines = planLines(withoutPlacedReasons(plan), look, { columns: look.columns, rows: Infinity })
  const blocks = [
    plan.changes.length === 0 && problems.length > 0 ? "" : lines.join("\n"),
    renderProblems(unsaidProblems(plan), look),
    nextSteps(plan, look),
  ]
  return blocks.filter((block) => block !== "").join("\n\n")
}

/** Problems with their places and what to do, at most twenty of them. */
export function renderProblems(problems: readonly Problem[], look: MigrationLook): string {
  const blocks = problems
    .slice(0, problemCountMax)
    .map((problem) => `${look.paint("bad", "✗")} ${renderProblem(problem, look)}`)
  const more = problems.length - problemCountMax
  return [...blocks, ...(more > 0 ? [`… and ${more} more.`] : [])].join("\n\n")
}

/** Why a change is refused is said once: where its problem has a place, below with the excerpt. */
function withoutPlacedReasons(plan: MigrationPlan): MigrationPlan {
  const placed = new Set(plan.problems.flatMap(({ message, at }) => (at === undefined ? [] : [message])))
  const changes = plan.changes.map((change) =>
    change.reason !== null && placed.has(change.reason) ? { ...change, reason: null, next: null } : change,
  )
  return { ...plan, changes }
}

/** Those that the changes do not say already. */
function unsaidProblems({ changes, problems }: MigrationPlan): readonly Problem[] {
  const said = new Set(changes.flatMap(({ reason }) => reason ?? []))
  return problems.filter(({ message, at }) => at !== undefined || !said.has(message))
}

function nextSteps({ changes, files, problems, isLossy }: MigrationPlan, look: MigrationLook): string {
  const { paint, columns } = look
  const step = (text: string): string => {
    const [first, ...rest] = hanging(`Next: ${text}`, { columns, indent: 0 })
    return [`${paint("good", "Next:")}${first!.slice("Next:".length)}`, ...rest].join("\n")
  }
  const open = draftToComplete({ files, changes, problems })
  if (open !== undefined) return step(completeAdvice(open))
  if (changes.some(({ safety }) => safety === "refused")) {
    return step(
      "write what is meant into a migration file: alyx migrate create <name>. Or undo the edit of schema.yaml.",
    )
  }
  if (problems.length > 0) return step("solve the problems above, then look again: alyx migrate plan")
  if (changes.length === 0 && files.length === 0) return "The database is as schema.yaml says."
  if (isLossy) return step("alyx migrate apply. It asks before it begins; where there is no terminal it needs --yes.")
  return step("alyx migrate apply")
}
