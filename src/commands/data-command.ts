import * as Flags from "@oclif/core/flags"

import type { DaemonClient } from "../client/daemon-client.ts"
import { serveWritten } from "../client/serve-written.ts"
import { withDaemon } from "../client/with-daemon.ts"
import type { ToolLaunch } from "../client/with-daemon.ts"
import type { DaemonFile } from "../protocol/admin-api.ts"
import { BaseCommand } from "./base-command.ts"

/** A command that works on the project's data: with the daemon that runs, or with one that it starts for its own length. */
export abstract class DataCommand extends BaseCommand {
  static override baseFlags = {
    ...BaseCommand.baseFlags,
    "no-daemon": Flags.boolean({
      helpGroup: "GLOBAL",
      summary: "Fail with exit code 3 when no daemon runs, instead of starting one for the length of the command.",
    }),
  }

  /** Does the work with the daemon of the project. */
  protected withDaemon<T>(work: (client: DaemonClient, daemon: DaemonFile) => Promise<T>): Promise<T> {
    return withDaemon(this.toolLaunch(), work)
  }

  /** The same, on the written schema: where no daemon follows it, what is safe of it is applied first. */
  protected withWrittenSchema<T>(work: (client: DaemonClient, daemon: DaemonFile) => Promise<T>): Promise<T> {
    return this.withDaemon(async (client, daemon) => {
      if (daemon.mode === "tool") {
        const onProgress = ({ message }: { readonly message: string }): void => this.showProgress(message)
        const changes = await serveWritten(client, { autoMigrate: false, onProgress })
        for (const change of changes) this.notice(`${this.terminal.err.paint("good", "✓")} ${change}`)
      }
      return work(client, daemon)
    })
  }

  /** How a daemon is started where none runs. */
  protected toolLaunch(): ToolLaunch {
    return {
      paths: this.project(),
      program: this.daemonProgram,
      flags: [],
      ...(this.id === undefined ? {} : { command: this.id.replaceAll(":", " ") }),
      mayStart: !this.hasWord("--no-daemon"),
      onProgress: this.showProgress,
    }
  }
}
