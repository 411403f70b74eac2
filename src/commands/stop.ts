import { requireDaemon } from "../client/find-daemon.ts"
import { stopDaemon } from "../client/stop-daemon.ts"
import { BaseCommand } from "./base-command.ts"

/** `alyx stop`. */
export default class Stop extends BaseCommand {
  static override summary = "Stop the daemon when it has answered what is under way."

  override async run(): Promise<unknown> {
    await this.parse(Stop)
    const daemon = await requireDaemon(this.project())
    await stopDaemon(daemon)
    this.print(`Stopped (process ${daemon.pid}).`)
    return { stopped: true, pid: daemon.pid }
  }
}
