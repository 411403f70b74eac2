import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import type { UserResponse } from "../../../protocol/auth-api.ts"
import { hasAdmin, noAdminIsLeft } from "../../../client/has-admin.ts"
import { requireConsent } from "../../../ui/require-consent.ts"
import { DataCommand } from "../../data-command.ts"

/** `alyx auth users delete`. */
export default class AuthUsersDelete extends DataCommand {
  static override summary = "End an account, with its sessions, its document, and what belongs to that."
  static override examples = ["alyx auth users delete ada@example.com", "alyx auth users delete ada@example.com --yes"]
  static override args = {
    account: Args.string({ description: "The address or id of the account.", required: true, ignoreStdin: true }),
  }
  static override flags = {
    yes: Flags.boolean({ char: "y", default: false, summary: "Do not ask." }),
  }

  override async run(): Promise<UserResponse | undefined> {
    const { args, flags } = await this.parse(AuthUsersDelete)
    const target = `/api/admin/users/${encodeURIComponent(args.account)}`
    return this.withDaemon(async (client) => {
      const found = await client.get<UserResponse>(target)
      const { email } = found.user
      const question = {
        what: `End the account of ${email}, with its document and what belongs to that`,
        command: `alyx auth users delete ${args.account} --yes`,
      }
      if (!flags.yes && !(await requireConsent(question, { ...this.terminal, isJson: this.jsonEnabled() }))) {
        process.exitCode = 130
        return undefined
      }
      await client.delete(target)
      this.print(`Ended the account of ${email}.`)
      if (found.user.role === "admin" && !(await hasAdmin(client))) this.notice(noAdminIsLeft)
      return found
    })
  }
}
