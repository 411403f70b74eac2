import * as Flags from "@oclif/core/flags"

import type { DaemonClient } from "../../client/daemon-client.ts"
import { planMigration } from "../../client/plan-migration.ts"
import { alyxError } from "../../errors.ts"
import type { MigrateRequest, MigrateResponse, MigrationPlan } from "../../protocol/migrations-api.ts"
import { countOf } from "../../ui/amount.ts"
import { completeAdvice, draftToComplete } from "../../ui/migrations/open-draft.ts"
import { planLines } from "../../ui/migrations/plan-lines.ts"
import { renderMigrated } from "../../ui/migrations/result-text.ts"
import { printable } from "../../ui/printable.ts"
import { runWithProgress } from "../../ui/progress-task.ts"
import { DataCommand } from "../data-command.ts"

const nothingDone: MigrateResponse = { files: [], changes: [], backup: null, durationMs: 0 }

/** `alyx migrate apply`. */
export default class MigrateApply extends DataCommand {
  static override summary = "Apply the pending migration files, and what is left to schema.yaml."
  static override description =
    "Shows the plan first and does exactly that, in one transaction, or nothing. When something is lost by it, it asks before it begins and writes a backup. A server that runs goes on, and serves the new schema from then on."
  static override examples = ["alyx migrate apply", "alyx migrate apply --yes --json"]
  static override flags = {
    yes: Flags.boolean({ char: "y", default: false, summary: "Do not ask, even when something is lost." }),
  }

  override async run(): Promise<MigrateResponse | undefined> {
    const { flags } = await this.parse(MigrateApply)
    return this.withDaemon(async (client) => {
      const plan = await planMigration(client)
      requireNoProblems(plan)
      const idle = idleReason(plan)
      if (idle !== null) {
        this.print(`Nothing to apply: ${idle}`)
        return nothingDone
      }
      const { paint, columns } = this.terminal.err
      this.notice(`${planLines(plan, { paint }, { columns, rows: Infinity }).join("\n")}\n`)
      if (plan.isLossy && !flags.yes && !(await this.#confirmed())) {
        process.exitCode = 130
        return undefined
      }
      return this.#apply(client, plan)
    })
  }

  async #confirmed(): Promise<boolean> {
    if (!this.terminal.interactive || this.jsonEnabled()) {
      throw alyxError("NO_TERMINAL", {
        message: "Something is lost by this plan, and there is no terminal to ask whether it may be.",
        next: "Look at it with alyx migrate plan, then: alyx migrate apply --yes",
      })
    }
    const { confirm } = await import("../../ui/confirm.ts")
    return confirm({ message: "Apply it? What is lost is in the backup only.", declined: "Nothing was changed." })
  }

  async #apply(client: DaemonClient, plan: MigrationPlan): Promise<MigrateResponse> {
    const request: MigrateRequest = { action: "apply", hash: plan.hash }
    const done = await runWithProgress(
      `Apply ${countOf(plan.changes.length, "change")}`,
      (onProgress) => client.postWithProgress<MigrateResponse>("/api/admin/migrate", request, onProgress),
      { terminal: this.terminal, silent: this.jsonEnabled() },
    )
    this.print(renderMigrated("Applied", done, this.terminal.out, this.startFolder))
    return done
  }
}

function requireNoProblems(plan: MigrationPlan): void {
  const { problems } = plan
  if (problems.length === 0) return
  const open = draftToComplete(plan)
  throw alyxError("UNSAFE_CHANGES", {
    message: `The plan cannot be applied: it has ${countOf(problems.length, "problem")}. Nothing was changed.`,
    next:
      open === undefined
        ? "alyx migrate plan shows all of it; alyx migrate create <name> writes the migration file that is missing."
        : completeAdvice(open),
    problems,
  })
}

/** Why nothing is done. A file that is still empty is not taken for applied: it could not be written any more then. */
function idleReason({ changes, files }: MigrationPlan): string | null {
  if (changes.length > 0 || files.some(({ operations }) => operations.length > 0)) return null
  const [first] = files
  if (first === undefined) return "the database is as schema.yaml says."
  return `${printable(first.file)} does nothing yet. Write into it what is meant.`
}
