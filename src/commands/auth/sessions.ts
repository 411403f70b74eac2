import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import type { EndedSessionsResponse, SessionsResponse } from "../../protocol/auth-api.ts"
import { countOf } from "../../ui/amount.ts"
import { renderSessions } from "../../ui/auth/account-tables.ts"
import { DataCommand } from "../data-command.ts"

/** `alyx auth sessions`. */
export default class AuthSessions extends DataCommand {
  static override summary = "Show where an account is signed in, or end its sessions."
  static override examples = [
    "alyx auth sessions ada@example.com",
    "alyx auth sessions ada@example.com --end",
    "alyx auth sessions ada@example.com --end --session 0199f2c1-…",
  ]
  static override args = {
    account: Args.string({ description: "The address or id of the account.", required: true, ignoreStdin: true }),
  }
  static override flags = {
    end: Flags.boolean({ default: false, summary: "End all sessions: the account signs in again everywhere." }),
    session: Flags.string({ dependsOn: ["end"], helpValue: "<id>", summary: "With --end: only this one." }),
  }

  override async run(): Promise<SessionsResponse | EndedSessionsResponse> {
    const { args, flags } = await this.parse(AuthSessions)
    const target = `/api/admin/users/${encodeURIComponent(args.account)}/sessions`
    if (!flags.end) {
      const found = await this.withDaemon((client) => client.get<SessionsResponse>(target))
      this.print(renderSessions(found.sessions, this.terminal.out.paint))
      return found
    }
    const one = flags.session === undefined ? "" : `/${encodeURIComponent(flags.session)}`
    const done = await this.withDaemon((client) => client.delete<EndedSessionsResponse>(target + one))
    this.print(`Ended ${countOf(done.ended, "session")}.`)
    return done
  }
}
