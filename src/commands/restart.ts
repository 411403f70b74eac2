import { restartDaemon } from "../client/restart-daemon.ts"
import { BaseCommand } from "./base-command.ts"

/** `alyx restart`. */
export default class Restart extends BaseCommand {
  static override summary = "Stop the daemon and start it again, with the same flags."
  static override description =
    "For options that a running server does not take over, and after an update of Alyx. A server in the foreground is restarted by what started it."

  override async run(): Promise<unknown> {
    await this.parse(Restart)
    const daemon = await restartDaemon({
      paths: this.project(),
      program: this.daemonProgram,
      onProgress: this.showProgress,
    })
    this.print(`Restarted: ${daemon.url ?? "no TCP port"} (process ${daemon.pid}).`)
    return { restarted: true, daemon }
  }
}
