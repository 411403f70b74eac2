import * as Args from "@oclif/core/args"

import { BaseCommand } from "./base-command.ts"

/** `alyx help [command]`. */
export default class Help extends BaseCommand {
  static override summary = "List the commands, or explain one."
  static override enableJsonFlag = false
  static override strict = false
  static override args = {
    command: Args.string({ description: "The words of the command.", ignoreStdin: true }),
  }
  static override examples = ["alyx help", "alyx help config show"]

  override async run(): Promise<void> {
    const { argv, flags } = await this.parse(Help)
    const { AlyxHelp } = await import("./oclif/help.ts")
    await new AlyxHelp(this.config).showHelp([...(argv as string[]), ...(flags["no-color"] ? ["--no-color"] : [])])
  }
}
