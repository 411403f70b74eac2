import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import { requireConsent } from "../../ui/require-consent.ts"
import { DataCommand } from "../data-command.ts"

/** `alyx secrets remove`. */
export default class SecretsRemove extends DataCommand {
  static override summary = "Remove a secret; functions that name it fail until it is set again."
  static override examples = ["alyx secrets remove STRIPE_KEY", "alyx secrets remove STRIPE_KEY --yes"]
  static override args = {
    name: Args.string({ description: "The name of the secret.", required: true, ignoreStdin: true }),
  }
  static override flags = {
    yes: Flags.boolean({ char: "y", default: false, summary: "Do not ask." }),
  }

  override async run(): Promise<{ readonly name: string } | undefined> {
    const { args, flags } = await this.parse(SecretsRemove)
    const { name } = args
    const question = { what: `Remove the secret ${name}`, command: `alyx secrets remove ${name} --yes` }
    if (!flags.yes && !(await requireConsent(question, { ...this.terminal, isJson: this.jsonEnabled() }))) {
      process.exitCode = 130
      return undefined
    }
    await this.withDaemon((client) => client.delete(`/api/admin/secrets/${encodeURIComponent(name)}`))
    this.print(`Removed the secret ${name}.`)
    return { name }
  }
}
