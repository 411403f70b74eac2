import type { RollbackPlan } from "../../protocol/migrations-api.ts"
import { countOf } from "../amount.ts"
import { printable } from "../printable.ts"
import { changeLines } from "./change-lines.ts"
import type { MigrationLook } from "./plan-text.ts"
import { renderProblems } from "./plan-text.ts"

/** What a rollback would undo, newest first, and why it cannot if it cannot. */
export function renderRollbackPlan(plan: RollbackPlan, look: MigrationLook): string {
  const { files, changes, problems } = plan
  if (files.length === 0 && problems.length === 0) return "No migration file is applied: there is nothing to roll back."
  const names = files.map((file) => `  ${printable(file)}`)
  const blocks = [
    files.length === 0
      ? ""
      : [look.paint("strong", `Rolls back ${countOf(files.length, "file")}`), ...names].join("\n"),
    changes.flatMap((change) => changeLines(change, look)).join("\n"),
    renderProblems(problems, look),
  ]
  return blocks.filter((block) => block !== "").join("\n\n")
}
