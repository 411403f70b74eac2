import * as Flags from "@oclif/core/flags"

import { runInForeground } from "../client/run-in-foreground.ts"
import type { DaemonLaunch } from "../client/spawn-daemon.ts"
import { BaseCommand } from "./base-command.ts"
import { configFlags, configFlagWords } from "./oclif/config-flags.ts"

/** `alyx dev`. */
export default class Dev extends BaseCommand {
  static override summary = "Serve this project, and apply what you save at once."
  static override description =
    "At a terminal it shows a dashboard; q leaves the daemon running in the background, Q stops it. Without a terminal, or with CI set, it serves in the foreground and prints lines."
  static override examples = [
    "alyx dev",
    "alyx dev --port 9000",
    "alyx dev --start 'npm run dev:web'",
    "alyx dev --until-success && npm run test:e2e",
  ]
  static override flags = {
    ...configFlags,
    foreground: Flags.boolean({ summary: "Serve and watch in this process, and print lines." }),
    verbose: Flags.boolean({ char: "v", summary: "Print every request, not only the slow and the failed ones." }),
    "auto-migrate": Flags.boolean({ summary: "Apply migration files as soon as they are saved, without being asked." }),
    "no-watch": Flags.boolean({ summary: "Read the files once, at the start; SIGHUP reads them again." }),
    once: Flags.boolean({
      exclusive: ["until-success", "foreground", "start"],
      summary:
        "Serve what is written, say what that took, and leave the daemon running; fail when it cannot be served.",
    }),
    "until-success": Flags.boolean({
      exclusive: ["foreground", "no-watch"],
      summary: "The same, but go on at every save until it can be served.",
    }),
    start: Flags.string({
      exclusive: ["foreground"],
      helpValue: "<command>",
      summary: "Run a program beside the daemon, with ALYX_URL in its environment; they end together.",
    }),
    "tail-logs": Flags.boolean({
      exclusive: ["foreground", "once"],
      summary: "Print the log as lines instead of showing the dashboard; Ctrl-C leaves the daemon running.",
    }),
    "no-admin": Flags.boolean({ summary: "Do not serve the admin pages. They do not exist yet.", hidden: true }),
  }

  override async run(): Promise<unknown> {
    const { flags } = await this.parse(Dev)
    const launch: DaemonLaunch = {
      paths: this.project(),
      mode: "dev",
      program: this.daemonProgram,
      flags: [
        ...configFlagWords(flags, { json: this.jsonEnabled() && !flags.once && !flags["until-success"] }),
        ...(flags.verbose ? ["--verbose"] : []),
        ...(flags["auto-migrate"] ? ["--auto-migrate"] : []),
        ...(flags["no-watch"] ? ["--no-watch"] : []),
      ],
      onProgress: this.showProgress,
    }
    if (flags.once || flags["until-success"]) {
      const served = await this.#serveOnce(launch, flags)
      if (flags.start === undefined) return served
    }
    if (flags.start !== undefined || flags["tail-logs"]) return this.#printLines(launch, flags)
    if (flags.foreground || !this.terminal.interactive || this.jsonEnabled()) {
      await runInForeground(launch)
      return undefined
    }
    const { showDev } = await import("../ui/show-dev.tsx")
    await showDev({ launch, version: this.config.version, terminal: this.terminal })
    return undefined
  }

  async #serveOnce(
    launch: DaemonLaunch,
    flags: { readonly "auto-migrate": boolean; readonly "until-success": boolean },
  ): Promise<unknown> {
    const { serveOnce } = await import("../ui/dev-once.ts")
    const { daemon, started, changes } = await serveOnce({
      launch,
      version: this.config.version,
      terminal: this.terminal,
      readText: this.readProjectFile,
      autoMigrate: flags["auto-migrate"],
      untilSuccess: flags["until-success"],
    })
    for (const change of changes) this.print(change)
    const verb = started ? "Started" : "Already running"
    this.print(`${verb}: ${daemon.url ?? "no TCP port"} (process ${daemon.pid}).`)
    if (started) this.notice("alyx logs -f follows it, alyx stop ends it.")
    return { started, changes, daemon }
  }

  async #printLines(
    launch: DaemonLaunch,
    flags: { readonly start?: string | undefined; readonly "tail-logs": boolean; readonly verbose: boolean },
  ): Promise<undefined> {
    const { runDevLines } = await import("../ui/dev-lines.ts")
    process.exitCode = await runDevLines({
      launch,
      version: this.config.version,
      terminal: this.terminal,
      readText: this.readProjectFile,
      command: flags.start ?? null,
      showsAll: flags["tail-logs"] || flags.verbose,
    })
  }
}
