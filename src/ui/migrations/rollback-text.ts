import type { RollbackPlan } from "../../protocol/migrations-api.ts"
import { countOf } from "../amount.ts"
import { printable } from "../printable.ts"
import { changeLines } from "./change-lines.ts"
import type { MigrationLook } from "./plan-text.ts"
import { renderProblems } from "./plan-text.ts"

/** What a rollback would undo, newest first, and why it cannot if it cannot. */
export function renderRollbackPlan({ files, changes, problems }: RollbackPlan, look: MigrationLook): string {
  const title = look.paint("strong", `Rolls back ${countOf(files.length, "file")}`)
  const blocks = [
    [title, ...files.map((file) => `  ${printable(file)}`)].join("\n"),
    changes.flatMap((change) => changeLines(change, look)).join("\n"),
    renderProblems(problems, look),
  ]
  return blocks.filter((block) => block !== "").join("\n\n")
}
