import { DaemonClient } from "../client/daemon-client.ts"
import { describeUser, lookForDatabaseUser } from "../client/find-database-user.ts"
import type { DatabaseUser } from "../client/find-database-user.ts"
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
    const user = await lookForDatabaseUser(this.project())
    if (user === undefined || user.isEnding || user.daemon.mode === "tool") return this.#notRunning(user)
    const { daemon } = user
    const stats = await new DaemonClient(daemon).stats()
    const { paint } = this.terminal.out
    this.print(renderStatus(stats, paint))
    if (stats.problem) this.print(`\n${renderError(stats.problem, { paint, readText: this.readProjectFile })}`)
    return { running: true, ...stats }
  }

  /** A command that works without a daemon is none, but is why nothing else can have the database now. */
  #notRunning(user: DatabaseUser | undefined): unknown {
    process.exitCode = 3
    this.print("not running")
    if (user === undefined) {
      this.notice("Start it with alyx dev or alyx start.")
      return { running: false }
    }
    const { daemon, isEnding } = user
    const what = isEnding ? "is ending, and still has the database." : "uses the database. alyx stop ends it."
    this.print(`${describeUser(daemon)} ${what}`)
    const { pid, mode, command, startedAt } = daemon
    return { running: false, databaseUser: { pid, mode, command: command ?? null, startedAt, isEnding } }
  }
}
