import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import { alyxError } from "../../../errors.ts"
import type { UpdateUserRequest, UserResponse } from "../../../protocol/auth-api.ts"
import { hasAdmin, noAdminIsLeft } from "../../../client/has-admin.ts"
import { DataCommand } from "../../data-command.ts"

/** `alyx auth users set`. */
export default class AuthUsersSet extends DataCommand {
  static override summary = "Change the role, the address, or what is known of an account."
  static override description = "It acts with the account's next request."
  static override examples = [
    "alyx auth users set ada@example.com --role admin",
    "alyx auth users set ada@example.com --verified",
    "alyx auth users set ada@example.com --email ada@example.org",
  ]
  static override args = {
    account: Args.string({ description: "The address or id of the account.", required: true, ignoreStdin: true }),
  }
  static override flags = {
    role: Flags.string({ helpValue: "<role>", summary: "Its role; admin passes every rule." }),
    verified: Flags.boolean({ allowNo: true, summary: "Whether the address counts as proven." }),
    email: Flags.string({ helpValue: "<address>", summary: "Another address." }),
  }

  override async run(): Promise<UserResponse> {
    const { args, flags } = await this.parse(AuthUsersSet)
    const change: UpdateUserRequest = {
      ...(flags.role === undefined ? {} : { role: flags.role }),
      ...(flags.verified === undefined ? {} : { verified: flags.verified }),
      ...(flags.email === undefined ? {} : { email: flags.email }),
    }
    if (Object.keys(change).length === 0) {
      throw alyxError("USAGE", {
        message: "There is nothing to change.",
        next: "Give --role, --verified, --no-verified or --email.",
      })
    }
    const target = `/api/admin/users/${encodeURIComponent(args.account)}`
    return this.withDaemon(async (client) => {
      const before = await client.get<UserResponse>(target)
      const changed = await client.patch<UserResponse>(target, change)
      const { email, role, verified } = changed.user
      this.print(`${email}: role ${role}, ${verified ? "verified" : "not verified"}.`)
      const isAdminLess = before.user.role === "admin" && role !== "admin" && !(await hasAdmin(client))
      if (isAdminLess) this.notice(noAdminIsLeft)
      return changed
    })
  }
}
