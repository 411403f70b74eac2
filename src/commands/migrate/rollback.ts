import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import type { DaemonClient } from "../../client/daemon-client.ts"
import { alyxError } from "../../errors.ts"
import type { MigrateRequest, MigrateResponse, RollbackPlan } from "../../protocol/migrations-api.ts"
import { countOf } from "../../ui/amount.ts"
import { renderMigrated } from "../../ui/migrations/result-text.ts"
import { renderRollbackPlan } from "../../ui/migrations/rollback-text.ts"
import { runWithProgress } from "../../ui/progress-task.ts"
import type { OutputStream } from "../../ui/terminal.ts"
import { DataCommand } from "../data-command.ts"
import { parseCountTo } from "../oclif/parse-count.ts"

/** How many files one rollback may undo. */
const countMax = 1_000

/** `alyx migrate rollback`. */
export default class MigrateRollback extends DataCommand {
  static override summary = "Undo the last migration files that were applied."
  static override description =
    "Shows first what it would do, and asks. What cannot be undone is said before anything begins. The files stay, and are pending again."
  static override examples = [
    "alyx migrate rollback",
    "alyx migrate rollback 2 --dry-run",
    "alyx migrate rollback --yes",
  ]
  static override args = {
    n: Args.custom<number>({ parse: parseCountTo(countMax) })({
      description: "How many files; 1 when left out.",
      default: 1,
      ignoreStdin: true,
    }),
  }
  static override flags = {
    "dry-run": Flags.boolean({ default: false, summary: "Only show what would be done." }),
    yes: Flags.boolean({ char: "y", default: false, summary: "Do not ask." }),
  }

  override async run(): Promise<MigrateResponse | RollbackPlan | undefined> {
    const { args, flags } = await this.parse(MigrateRollback)
    const count = args.n
    return this.withDaemon(async (client) => {
      const request: MigrateRequest = { action: "rollback", count, dryRun: true }
      const plan = await client.postWithProgress<RollbackPlan>("/api/admin/migrate", request, () => undefined)
      if (flags["dry-run"]) return this.#dryRun(plan)
      requireNoProblems(plan)
      this.notice(`${this.#shown(plan, this.terminal.err)}\n`)
      if (!flags.yes && !(await this.#confirmed(plan))) {
        process.exitCode = 130
        return undefined
      }
      return this.#rollBack(client, plan)
    })
  }

  #dryRun(plan: RollbackPlan): RollbackPlan {
    this.print(this.#shown(plan, this.terminal.out))
    if (plan.problems.length > 0) process.exitCode = 1
    return plan
  }

  #shown(plan: RollbackPlan, { paint, columns }: OutputStream): string {
    return renderRollbackPlan(plan, { paint, columns, readText: this.readProjectFile })
  }

  async #confirmed({ files }: RollbackPlan): Promise<boolean> {
    const what = countOf(files.length, "file")
    if (!this.terminal.interactive || this.jsonEnabled()) {
      throw alyxError("NO_TERMINAL", {
        message: `There is no terminal to ask whether ${what} may be rolled back.`,
        next: "Look at it with alyx migrate rollback --dry-run, then: alyx migrate rollback --yes",
      })
    }
    const { confirm } = await import("../../ui/confirm.ts")
    return confirm({ message: `Roll back ${what}?`, declined: "Nothing was changed." })
  }

  async #rollBack(client: DaemonClient, { files, hash }: RollbackPlan): Promise<MigrateResponse> {
    const request: MigrateRequest = { action: "rollback", count: files.length, hash }
    const done = await runWithProgress(
      `Roll back ${countOf(files.length, "file")}`,
      (onProgress) => client.postWithProgress<MigrateResponse>("/api/admin/migrate", request, onProgress),
      { terminal: this.terminal, silent: this.jsonEnabled() },
    )
    this.print(renderMigrated("Rolled back", done, this.terminal.out, this.startFolder))
    this.notice("The files are pending again: take them away, and their change out of schema.yaml, to leave it so.")
    return done
  }
}

function requireNoProblems({ problems }: RollbackPlan): void {
  if (problems.length === 0) return
  throw alyxError("MIGRATION_NOT_REVERSIBLE", {
    message: `This cannot be rolled back: there ${problems.length === 1 ? "is 1 problem" : `are ${problems.length} problems`}. Nothing was changed.`,
    next: "Restore a backup of .alyx/backups/, or write a new migration that does what is wanted.",
    problems,
  })
}
