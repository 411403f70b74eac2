import * as Flags from "@oclif/core/flags"

import type { CreatedKeyResponse, CreateKeyRequest } from "../../../protocol/auth-api.ts"
import { DataCommand } from "../../data-command.ts"

/** `alyx auth key create`. */
export default class AuthKeyCreate extends DataCommand {
  static override summary = "Make an API key for a program; its secret is shown once."
  static override description =
    "The secret goes to stdout, and is sent as Authorization: Bearer <secret>. In rules auth.id is key:<id>, and auth.role the role. A key of the role admin passes every rule, and, unless it is limited, may use /api/admin."
  static override examples = [
    "alyx auth key create --name ci --role editor --expires 90d",
    "alyx auth key create --name reports --role reader --collection orders --operation read",
  ]
  static override flags = {
    name: Flags.string({ required: true, helpValue: "<name>", summary: "What it is called; no other key is." }),
    role: Flags.string({ required: true, helpValue: "<role>", summary: "Its role in rules." }),
    expires: Flags.string({
      helpValue: "<duration>",
      summary: "After how long it ends, such as 90d; never without it.",
    }),
    collection: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "<name>",
      summary: "Only this collection; may be repeated.",
    }),
    operation: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      options: ["create", "read", "update", "delete"],
      summary: "Only this operation; may be repeated.",
    }),
  }

  override async run(): Promise<CreatedKeyResponse> {
    const { flags } = await this.parse(AuthKeyCreate)
    const wanted: CreateKeyRequest = {
      name: flags.name,
      role: flags.role,
      ...(flags.expires === undefined ? {} : { expires: flags.expires }),
      ...(flags.collection === undefined ? {} : { collections: flags.collection }),
      ...(flags.operation === undefined ? {} : { operations: flags.operation }),
    }
    const made = await this.withDaemon((client) => client.post<CreatedKeyResponse>("/api/admin/keys", wanted))
    this.print(made.secret)
    const { expires_at: expires } = made.key
    this.notice(`Keep it: it is shown this once. It ${expires === null ? "does not expire" : `expires ${expires}`}.`)
    for (const notice of made.notices) this.notice(notice)
    return made
  }
}
