import * as Flags from "@oclif/core/flags"

import type { DaemonClient } from "../../client/daemon-client.ts"
import { alyxError, isAlyxError } from "../../errors.ts"
import type { AccountView, UserResponse } from "../../protocol/auth-api.ts"
import { readPassword } from "../../ui/auth/read-password.ts"
import { DataCommand } from "../data-command.ts"

/** `alyx auth create-admin`. */
export default class AuthCreateAdmin extends DataCommand {
  static override summary = "Make an account of the role admin."
  static override description =
    "Asks for the password at the terminal, or takes it from stdin. The address counts as verified. An admin passes every rule and may use /api/admin."
  static override examples = [
    "alyx auth create-admin --email ada@example.com",
    `alyx auth create-admin --email ada@example.com --data '{"name":"Ada"}'`,
    "alyx auth create-admin --email ada@example.com --password-stdin < password.txt",
  ]
  static override flags = {
    email: Flags.string({ required: true, helpValue: "<address>", summary: "The address of the account." }),
    data: Flags.string({
      helpValue: "<json>",
      summary: `Other fields of the users collection: '{"name":"Ada"}'.`,
    }),
    "password-stdin": Flags.boolean({ default: false, summary: "Take the password from stdin." }),
  }

  override async run(): Promise<UserResponse | undefined> {
    const { flags } = await this.parse(AuthCreateAdmin)
    const { email } = flags
    this.project()
    const values = readData(flags.data)
    return this.withWrittenSchema((client) => this.#make(client, { email, values, fromStdin: flags["password-stdin"] }))
  }

  async #make(
    client: DaemonClient,
    { email, values, fromStdin }: { readonly email: string; readonly values: object; readonly fromStdin: boolean },
  ): Promise<UserResponse | undefined> {
    // Before a password is asked for that would be of no use.
    const there = await findAccount(client, email)
    if (there !== undefined) throw isAccountAlready(there)
    const question = { message: `Password of ${email}`, fromStdin, stdin: process.stdin }
    const password = await readPassword(question, { ...this.terminal, isJson: this.jsonEnabled() })
    if (password === undefined) {
      process.exitCode = 130
      return undefined
    }
    const wanted = { ...values, email, password, role: "admin", verified: true }
    const made = await client.post<UserResponse>("/api/admin/users", wanted)
    this.print(`${made.user.email} is an admin.`)
    return made
  }
}

/** The fields of --data; what they must be is for the daemon to say. */
function readData(text = "{}"): object {
  const usage = { message: "--data must be a JSON object.", next: `As in --data '{"name":"Ada"}'.` }
  try {
    const value = JSON.parse(text) as unknown
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value
  } catch (cause) {
    throw alyxError("USAGE", { ...usage, cause })
  }
  throw alyxError("USAGE", usage)
}

async function findAccount(client: DaemonClient, email: string): Promise<AccountView | undefined> {
  try {
    return (await client.get<UserResponse>(`/api/admin/users/${encodeURIComponent(email)}`)).user
  } catch (error) {
    if (isAlyxError(error, "USER_NOT_FOUND")) return undefined
    throw error
  }
}

function isAccountAlready({ email, role }: AccountView): Error {
  return alyxError("EMAIL_TAKEN", {
    message: role === "admin" ? `${email} is an admin already.` : `There is an account of ${email} already.`,
    next:
      role === "admin"
        ? `To give it another password: alyx auth reset-password ${email}`
        : `To make it an admin: alyx auth users set ${email} --role admin`,
  })
}
