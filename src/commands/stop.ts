import { describeUser, requireDatabaseUser } from "../client/find-database-user.ts"
import { stopDaemon } from "../client/stop-daemon.ts"
import { BaseCommand } from "./base-command.ts"

/** `alyx stop`. */
export default class Stop extends BaseCommand {
  static override summary = "Stop the daemon when it has answered what is under way."
  static override description =
    "A command that uses the database without a daemon is ended too; what it has not committed is undone."

  override async run(): Promise<unknown> {
    await this.parse(Stop)
    const { daemon } = await requireDatabaseUser(this.project())
    await stopDaemon(daemon)
    this.print(daemon.mode === "tool" ? `Ended ${describeUser(daemon)}.` : `Stopped (process ${daemon.pid}).`)
    return { stopped: true, pid: daemon.pid }
  }
}
