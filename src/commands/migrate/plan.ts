import * as Flags from "@oclif/core/flags"

import { planMigration } from "../../client/plan-migration.ts"
import type { MigrationPlan } from "../../protocol/migrations-api.ts"
import { renderPlan } from "../../ui/migrations/plan-text.ts"
import { DataCommand } from "../data-command.ts"

/** What --detailed-exitcode ends with when there are changes, as other tools that plan do. */
const changesExitCode = 10

/** `alyx migrate plan`. */
export default class MigratePlan extends DataCommand {
  static override summary = "Show what leads from the database to schema.yaml, and what it costs."
  static override description =
    "Takes the files of migrations/ that were not applied yet, in order, and then what is left to schema.yaml. Changes nothing."
  static override examples = ["alyx migrate plan", "alyx migrate plan --detailed-exitcode --json"]
  static override flags = {
    "detailed-exitcode": Flags.boolean({
      default: false,
      summary: "End with 10 when there are changes, 0 when there are none, 1 when something stands in the way.",
    }),
  }

  override async run(): Promise<MigrationPlan> {
    const { flags } = await this.parse(MigratePlan)
    const plan = await this.withDaemon((client) => planMigration(client))
    const { paint, columns } = this.terminal.out
    this.print(this.terminal.asRunHere(renderPlan(plan, { paint, columns, readText: this.readProjectFile })))
    const hasChanges = plan.changes.length > 0 || plan.files.some(({ operations }) => operations.length > 0)
    if (flags["detailed-exitcode"]) process.exitCode = plan.problems.length > 0 ? 1 : hasChanges ? changesExitCode : 0
    else if (plan.problems.length > 0 && !hasChanges) process.exitCode = 1
    return plan
  }
}
