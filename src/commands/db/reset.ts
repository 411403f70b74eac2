import * as Flags from "@oclif/core/flags"

import type { RestoreResponse } from "../../protocol/data-api.ts"
import { requireReplacing } from "../../ui/data/ask-to-replace.ts"
import { renderReplaced } from "../../ui/data/replaced-text.ts"
import { runWithProgress } from "../../ui/progress-task.ts"
import { DataCommand } from "../data-command.ts"

/** `alyx db reset`. */
export default class DbReset extends DataCommand {
  static override summary = "Empty the database and bring it to schema.yaml."
  static override description =
    "A backup is written first, to .alyx/backups. The history of the schema begins anew, as for a new database. A database that alyx start serves is not reset without --force."
  static override examples = ["alyx db reset", "alyx db reset --yes"]
  static override flags = {
    yes: Flags.boolean({ char: "y", default: false, summary: "Do not ask." }),
    force: Flags.boolean({ default: false, summary: "Also while alyx start serves the database." }),
  }

  override async run(): Promise<RestoreResponse | undefined> {
    const { flags } = await this.parse(DbReset)
    return this.withDaemon(async (client) => {
      const question = { what: "Reset the database", command: "alyx db reset --yes", client }
      if (!flags.yes && !(await requireReplacing(question, { ...this.terminal, isJson: this.jsonEnabled() }))) {
        process.exitCode = 130
        return undefined
      }
      const done = await runWithProgress(
        "Reset the database",
        (onProgress) =>
          client.postWithProgress<RestoreResponse>("/api/admin/db/reset", { force: flags.force }, onProgress),
        { terminal: this.terminal, silent: this.jsonEnabled() },
      )
      this.print(renderReplaced(done, "Reset", this.terminal.out.paint))
      for (const notice of done.notices) this.notice(notice)
      return done
    })
  }
}
