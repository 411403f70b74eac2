import type { KeysResponse } from "../../../protocol/auth-api.ts"
import { renderKeys } from "../../../ui/auth/account-tables.ts"
import { DataCommand } from "../../data-command.ts"

/** `alyx auth key list`. */
export default class AuthKeyList extends DataCommand {
  static override summary = "List API keys, without their secrets."
  static override examples = ["alyx auth key list", "alyx auth key list --json"]

  override async run(): Promise<KeysResponse> {
    await this.parse(AuthKeyList)
    const found = await this.withDaemon((client) => client.get<KeysResponse>("/api/admin/keys"))
    this.print(renderKeys(found.keys, this.terminal.out.paint))
    return found
  }
}
