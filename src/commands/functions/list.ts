import { DaemonClient } from "../../client/daemon-client.ts"
import { requireDaemon } from "../../client/find-daemon.ts"
import { listFunctions } from "../../client/function-calls.ts"
import type { FunctionsResponse } from "../../protocol/functions-api.ts"
import { renderFunctions } from "../../ui/functions/function-table.ts"
import { BaseCommand } from "../base-command.ts"

/** `alyx functions list`. */
export default class FunctionsList extends BaseCommand {
  static override summary =
    "List functions: where they answer, whether they build, how often and how fast they are called."
  static override description =
    "Calls and errors are counted since the start of the daemon; p50 and p99 are of the last 1,000 calls."
  static override examples = ["alyx functions list", "alyx functions list --json | jq '.functions[].name'"]

  override async run(): Promise<FunctionsResponse> {
    await this.parse(FunctionsList)
    const client = new DaemonClient(await requireDaemon(this.project()))
    const found = await listFunctions(client)
    const { paint } = this.terminal.out
    this.print(renderFunctions(found, { paint, readText: this.readProjectFile }))
    return found
  }
}
