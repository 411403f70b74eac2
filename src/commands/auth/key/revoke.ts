import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import { alyxError } from "../../../errors.ts"
import type { KeysResponse, KeyView } from "../../../protocol/auth-api.ts"
import { requireConsent } from "../../../ui/require-consent.ts"
import { DataCommand } from "../../data-command.ts"

/** `alyx auth key revoke`. */
export default class AuthKeyRevoke extends DataCommand {
  static override summary = "End an API key: its next request is refused."
  static override examples = ["alyx auth key revoke ci", "alyx auth key revoke ci --yes"]
  static override args = {
    key: Args.string({ description: "The name or id of the key.", required: true, ignoreStdin: true }),
  }
  static override flags = {
    yes: Flags.boolean({ char: "y", default: false, summary: "Do not ask." }),
  }

  override async run(): Promise<{ readonly key: KeyView } | undefined> {
    const { args, flags } = await this.parse(AuthKeyRevoke)
    return this.withDaemon(async (client) => {
      const { keys } = await client.get<KeysResponse>("/api/admin/keys")
      const key = keys.find(({ id, name }) => id === args.key || name === args.key)
      if (key === undefined) throw noSuchKey(args.key)
      const question = { what: `End the API key ${key.name}`, command: `alyx auth key revoke ${args.key} --yes` }
      if (!flags.yes && !(await requireConsent(question, { ...this.terminal, isJson: this.jsonEnabled() }))) {
        process.exitCode = 130
        return undefined
      }
      await client.delete(`/api/admin/keys/${encodeURIComponent(key.id)}`)
      this.print(`Ended the API key ${key.name}.`)
      return { key }
    })
  }
}

function noSuchKey(idOrName: string): Error {
  return alyxError("KEY_NOT_FOUND", {
    message: `There is no API key with the id or name ${idOrName}.`,
    next: "alyx auth key list shows those that there are.",
  })
}
