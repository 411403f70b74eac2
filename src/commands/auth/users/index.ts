import * as Flags from "@oclif/core/flags"

import type { UsersResponse } from "../../../protocol/auth-api.ts"
import { renderUsers } from "../../../ui/auth/account-tables.ts"
import { DataCommand } from "../../data-command.ts"

/** `alyx auth users`. */
export default class AuthUsers extends DataCommand {
  static override summary = "List accounts, newest first."
  static override examples = [
    "alyx auth users",
    "alyx auth users --search example.com",
    "alyx auth users --search admin",
  ]
  static override flags = {
    search: Flags.string({ helpValue: "<text>", summary: "Those with this in their address, or of this role." }),
    limit: Flags.integer({ default: 50, min: 1, max: 500, helpValue: "<count>", summary: "How many at most." }),
    offset: Flags.integer({ default: 0, min: 0, helpValue: "<count>", summary: "How many to pass over." }),
  }

  override async run(): Promise<UsersResponse> {
    const { flags } = await this.parse(AuthUsers)
    const query = new URLSearchParams({ limit: String(flags.limit), offset: String(flags.offset) })
    if (flags.search !== undefined) query.set("search", flags.search)
    const found = await this.withDaemon((client) => client.get<UsersResponse>(`/api/admin/users?${query.toString()}`))
    this.print(renderUsers(found, this.terminal.out.paint))
    return found
  }
}
