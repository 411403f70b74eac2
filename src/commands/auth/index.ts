import * as Flags from "@oclif/core/flags"

import { TopicCommand } from "../topic-command.ts"

/** The flags that stand for a subcommand. */
const aliases = ["create-admin", "reset-password"] as const

/** `alyx auth`: with a flag, the subcommand of its name. */
export default class Auth extends TopicCommand {
  static override summary = "Work on accounts, sessions and API keys."
  static override description =
    "--create-admin <address> and --reset-password <address> are other ways to write the subcommands of these names."
  static override examples = ["alyx auth --create-admin ada@example.com", "alyx auth --reset-password ada@example.com"]
  // Hidden: what they do stands at the subcommands already.
  static override flags = {
    "create-admin": Flags.string({
      hidden: true,
      helpValue: "<address>",
      summary: "Make an admin: alyx auth create-admin --email <address>.",
    }),
    "reset-password": Flags.string({
      hidden: true,
      helpValue: "<address>",
      summary: "Set a new password: alyx auth reset-password <address>.",
    }),
    "password-stdin": Flags.boolean({ hidden: true, summary: "Take the password from stdin." }),
  }

  override async run(): Promise<void> {
    const { flags } = await this.parse(Auth)
    const asked = this.askedOf(aliases, flags)
    if (asked === undefined)
      throw this.usage("alyx auth needs to know what to do.", "alyx help auth lists what there is.")
    const address = flags[asked]!
    const words = asked === "create-admin" ? ["--email", address] : [address]
    await this.handOn(asked, [...words, ...(flags["password-stdin"] ? ["--password-stdin"] : [])], flags)
  }
}
