import { DaemonClient } from "../client/daemon-client.ts"
import { lookForDaemon } from "../client/find-daemon.ts"
import { renderError } from "../ui/render-error.ts"
import { renderStatus } from "../ui/status-text.ts"
import { BaseCommand } from "./base-command.ts"

/** `alyx status`. */
export default class Status extends BaseCommand {
  static override summary = "Show what the daemon is doing."
  static override description = "Ends with 0 when a daemon runs, and with 3 when none does."
  static override examples = ["alyx status", "alyx status --json"]

  override async run(): Promise<unknown> {
    await this.parse(Status)
    const daemon = await lookForDaemon(this.project())
    if (daemon === undefined) {
      process.exitCode = 3
      this.print("not running")
      this.notice("Start it with alyx dev or alyx start.")
      return { running: false }
    }
    const stats = await new DaemonClient(daemon).stats()
    const { paint } = this.terminal.out
    this.print(renderStatus(stats, paint))
    if (stats.problem) this.print(`\n${renderError(stats.problem, { paint, readText: this.readProjectFile })}`)
    return { running: true, ...stats }
  }
}
