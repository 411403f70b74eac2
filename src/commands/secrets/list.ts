import type { SecretsResponse } from "../../protocol/functions-api.ts"
import { renderSecrets } from "../../ui/secrets/secret-table.ts"
import { DataCommand } from "../data-command.ts"

/** `alyx secrets list`. */
export default class SecretsList extends DataCommand {
  static override summary = "List the names of the secrets that are set; never their values."
  static override examples = ["alyx secrets list", "alyx secrets list --json"]

  override async run(): Promise<SecretsResponse> {
    await this.parse(SecretsList)
    const found = await this.withDaemon((client) => client.get<SecretsResponse>("/api/admin/secrets"))
    this.print(renderSecrets(found.secrets, this.terminal.out.paint))
    return found
  }
}
