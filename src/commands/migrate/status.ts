import type { MigrationsResponse } from "../../protocol/migrations-api.ts"
import { renderMigrationStatus } from "../../ui/migrations/status-text.ts"
import { DataCommand } from "../data-command.ts"

/** `alyx migrate status`. */
export default class MigrateStatus extends DataCommand {
  static override summary = "Show the history of the schema, and the migration files that wait."
  static override description =
    "Also shows what stands in the way, such as two files with one number, and how to solve it; it ends with 1 then."
  static override examples = ["alyx migrate status", "alyx migrate status --json"]

  override async run(): Promise<MigrationsResponse> {
    await this.parse(MigrateStatus)
    const status = await this.withDaemon((client) => client.get<MigrationsResponse>("/api/admin/migrations"))
    const { paint, columns } = this.terminal.out
    this.print(
      this.terminal.asRunHere(renderMigrationStatus(status, { paint, columns, readText: this.readProjectFile })),
    )
    if (status.problems.length > 0) process.exitCode = 1
    return status
  }
}
