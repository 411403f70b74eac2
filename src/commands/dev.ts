import * as Flags from "@oclif/core/flags"

import { runInForeground } from "../client/run-in-foreground.ts"
import { BaseCommand } from "./base-command.ts"
import { configFlags, configFlagWords } from "./oclif/config-flags.ts"

/** `alyx dev`. */
export default class Dev extends BaseCommand {
  static override summary = "Serve this project, and apply what you save at once."
  static override description =
    "At a terminal it shows a dashboard; q leaves the daemon running in the background, Q stops it. Without a terminal, or with CI set, it serves in the foreground and prints lines."
  static override examples = ["alyx dev", "alyx dev --port 9000", "alyx dev --foreground"]
  static override flags = {
    ...configFlags,
    foreground: Flags.boolean({ summary: "Serve and watch in this process, and print lines." }),
    verbose: Flags.boolean({ char: "v", summary: "Print every request, not only the slow and the failed ones." }),
    "auto-migrate": Flags.boolean({ summary: "Apply migration files as soon as they are saved, without being asked." }),
    "no-watch": Flags.boolean({ summary: "Read the files once, at the start; SIGHUP reads them again." }),
    "no-admin": Flags.boolean({ summary: "Do not serve the admin pages. They do not exist yet.", hidden: true }),
  }

  override async run(): Promise<void> {
    const { flags } = await this.parse(Dev)
    const launch = {
      paths: this.project(),
      mode: "dev" as const,
      program: this.daemonProgram,
      flags: [
        ...configFlagWords(flags, { json: this.jsonEnabled() }),
        ...(flags.verbose ? ["--verbose"] : []),
        ...(flags["auto-migrate"] ? ["--auto-migrate"] : []),
        ...(flags["no-watch"] ? ["--no-watch"] : []),
      ],
    }
    if (flags.foreground || !this.terminal.interactive || this.jsonEnabled()) {
      await runInForeground(launch)
      return
    }
    const { showDev } = await import("../ui/show-dev.tsx")
    await showDev({ launch, version: this.config.version, terminal: this.terminal })
  }
}
