import * as Flags from "@oclif/core/flags"

import { DaemonClient } from "../client/daemon-client.ts"
import { requireDaemon } from "../client/find-daemon.ts"
import type { LogEntry } from "../protocol/admin-api.ts"
import { renderLogEntry } from "../ui/log-line.ts"
import { BaseCommand } from "./base-command.ts"

/** `alyx logs`. */
export default class Logs extends BaseCommand {
  static override summary = "Print the log of the daemon, or follow it."
  static override description = "With --json every entry is one line of JSON (NDJSON)."
  static override examples = ["alyx logs -f", "alyx logs --kind request --tail 20", "alyx logs --json | jq .message"]
  static override flags = {
    follow: Flags.boolean({
      char: "f",
      default: false,
      summary: "Go on printing until Ctrl-C or the end of the daemon.",
    }),
    tail: Flags.integer({
      char: "n",
      default: 100,
      min: 0,
      max: 1000,
      helpValue: "<count>",
      summary: "How many past entries come first.",
    }),
    kind: Flags.option({
      multiple: true,
      multipleNonGreedy: true,
      options: ["log", "request", "reload", "build", "execution"] as const,
      helpValue: "<kind>",
      summary: "Only entries of this kind; may be repeated.",
    })(),
  }

  override async run(): Promise<void> {
    const { flags } = await this.parse(Logs)
    const daemon = await requireDaemon(this.project())
    const { out } = this.terminal
    const show = this.jsonEnabled()
      ? (entry: LogEntry): string => JSON.stringify(entry)
      : (entry: LogEntry): string => renderLogEntry(entry, { paint: out.paint, readText: this.readProjectFile })
    const entries = new DaemonClient(daemon).logs({
      tail: flags.tail,
      follow: flags.follow,
      ...(flags.kind === undefined ? {} : { kinds: flags.kind }),
    })
    for await (const entry of entries) out.write(`${show(entry)}\n`)
    if (flags.follow) this.notice("The daemon has ended.")
  }
}
