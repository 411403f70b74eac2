import * as Flags from "@oclif/core/flags"

import { ensureDaemon } from "../client/ensure-daemon.ts"
import { runInForeground } from "../client/run-in-foreground.ts"
import { BaseCommand } from "./base-command.ts"
import { configFlags, configFlagWords } from "./oclif/config-flags.ts"

/** `alyx start`. */
export default class Start extends BaseCommand {
  static override summary = "Serve this project as in production."
  static override description =
    "Runs in the foreground, for service managers and containers; Ctrl-C or SIGTERM answers what is under way and ends, a second one ends at once."
  static override examples = ["alyx start", "alyx start --detach --port 9000", "alyx start --migrate"]
  static override flags = {
    ...configFlags,
    migrate: Flags.boolean({ summary: "Apply migration files that wait, as this start begins." }),
    detach: Flags.boolean({ char: "d", summary: "Run in the background; alyx stop ends it." }),
  }

  override async run(): Promise<unknown> {
    const { flags } = await this.parse(Start)
    const launch = {
      paths: this.project(),
      mode: "start" as const,
      program: this.daemonProgram,
      flags: [
        ...configFlagWords(flags, { json: this.jsonEnabled() && !flags.detach }),
        ...(flags.migrate ? ["--migrate"] : []),
      ],
      onProgress: this.showProgress,
    }
    if (!flags.detach) {
      await runInForeground(launch)
      return undefined
    }
    const { daemon, outcome } = await ensureDaemon(launch, { version: this.config.version })
    const verb = outcome === "joined" ? "Already running" : "Started"
    this.print(`${verb}: ${daemon.url ?? "no TCP port"} (process ${daemon.pid}).`)
    if (daemon.version !== this.config.version) {
      this.notice(`It is version ${daemon.version}; alyx restart brings it to ${this.config.version}.`)
    } else if (outcome === "started") this.notice("alyx logs -f follows it, alyx stop ends it.")
    return { started: outcome === "started", daemon }
  }
}
