import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import { DaemonClient } from "../../client/daemon-client.ts"
import { requireDaemon } from "../../client/find-daemon.ts"
import { functionLog } from "../../client/function-calls.ts"
import { renderLogEntry } from "../../ui/log-line.ts"
import { BaseCommand } from "../base-command.ts"

const interruptedCode = 130

/** `alyx functions logs`. */
export default class FunctionsLogs extends BaseCommand {
  static override summary = "Show the last calls of functions with what they logged, or follow them."
  static override description =
    "Calls come from the execution log, which is kept over restarts. Followed, builds are shown as well. With --json every call is one line of JSON (NDJSON)."
  static override examples = [
    "alyx functions logs",
    "alyx functions logs create-post -f",
    "alyx functions logs --tail 100 --json | jq 'select(.status != \"success\")'",
  ]
  static override args = {
    name: Args.string({ description: "Only of this function." }),
  }
  static override flags = {
    follow: Flags.boolean({
      char: "f",
      default: false,
      summary: "Go on printing until Ctrl-C or the end of the daemon.",
    }),
    tail: Flags.integer({
      char: "n",
      default: 20,
      min: 0,
      max: 500,
      helpValue: "<count>",
      summary: "How many past calls come first.",
    }),
  }

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(FunctionsLogs)
    const client = new DaemonClient(await requireDaemon(this.project()))
    const { out } = this.terminal
    const interrupted = new AbortController()
    const interrupt = (): void => interrupted.abort()
    process.once("SIGINT", interrupt)
    try {
      const query = { name: args.name ?? null, tail: flags.tail, follow: flags.follow, signal: interrupted.signal }
      for await (const entry of functionLog(client, query)) {
        const look = { paint: out.paint, readText: this.readProjectFile }
        out.write(`${this.jsonEnabled() ? JSON.stringify(entry) : renderLogEntry(entry, look)}\n`)
      }
    } finally {
      process.off("SIGINT", interrupt)
    }
    if (interrupted.signal.aborted) process.exitCode = interruptedCode
    else if (flags.follow) this.notice("The daemon has ended.")
  }
}
