import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import type { ResetLinkResponse, UserResponse } from "../../protocol/auth-api.ts"
import { readPassword } from "../../ui/auth/read-password.ts"
import { DataCommand } from "../data-command.ts"

/** `alyx auth reset-password`. */
export default class AuthResetPassword extends DataCommand {
  static override summary = "Set a new password for an account, or make a link by which its person sets one."
  static override description =
    "A new password ends the sessions of the account. The link works once, for an hour, and needs a server that is reached at server.public_url or runs now."
  static override examples = [
    "alyx auth reset-password ada@example.com",
    "alyx auth reset-password ada@example.com --password-stdin < password.txt",
    "alyx auth reset-password ada@example.com --link",
  ]
  static override args = {
    account: Args.string({ description: "The address or id of the account.", required: true, ignoreStdin: true }),
  }
  static override flags = {
    "password-stdin": Flags.boolean({
      default: false,
      exclusive: ["link"],
      summary: "Take the password from stdin.",
    }),
    link: Flags.boolean({ default: false, summary: "Print a link that works once, and leave the password as it is." }),
  }

  override async run(): Promise<ResetLinkResponse | UserResponse | undefined> {
    const { args, flags } = await this.parse(AuthResetPassword)
    const target = `/api/admin/users/${encodeURIComponent(args.account)}`
    if (flags.link) {
      const made = await this.withDaemon((client) => client.post<ResetLinkResponse>(`${target}/reset`, {}))
      this.print(made.link)
      this.notice(`Works once, until ${made.expires_at}.`)
      return made
    }
    this.project()
    const question = {
      message: `New password of ${args.account}`,
      fromStdin: flags["password-stdin"],
      stdin: process.stdin,
    }
    const password = await readPassword(question, { ...this.terminal, isJson: this.jsonEnabled() })
    if (password === undefined) {
      process.exitCode = 130
      return undefined
    }
    const changed = await this.withDaemon((client) => client.patch<UserResponse>(target, { password }))
    this.print(`${changed.user.email} has a new password. Its sessions have ended.`)
    return changed
  }
}
