import path from "node:path"

import * as Args from "@oclif/core/args"

import type { BackupRequest, BackupResponse } from "../../protocol/data-api.ts"
import { showBytes, showMs } from "../../ui/amount.ts"
import { runWithProgress } from "../../ui/progress-task.ts"
import { DataCommand } from "../data-command.ts"

/** `alyx db backup`. */
export default class DbBackup extends DataCommand {
  static override summary = "Copy the database to a file while it is used."
  static override description =
    "The copy is the database as it was at one moment: a SQLite file that only its owner can read. Without a file it goes to .alyx/backups, which keeps the last ten. It does not hold alyx.keys. alyx db restore brings it back."
  static override examples = ["alyx db backup", "alyx db backup /mnt/backups/monday.db"]
  static override args = { file: Args.string({ description: "Where to; it must not exist yet." }) }

  override async run(): Promise<BackupResponse> {
    const { args } = await this.parse(DbBackup)
    const request: BackupRequest = args.file === undefined ? {} : { file: path.resolve(this.startFolder, args.file) }
    return this.withDaemon(async (client) => {
      const done = await runWithProgress(
        "Back up the database",
        (onProgress) => client.postWithProgress<BackupResponse>("/api/admin/db/backup", request, onProgress),
        { terminal: this.terminal, silent: this.jsonEnabled() },
      )
      this.print(done.path)
      this.notice(`${showBytes(done.bytes)} in ${showMs(done.durationMs)}`)
      return done
    })
  }
}
