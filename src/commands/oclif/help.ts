import { HelpBase } from "@oclif/core/help"

import { alyxError } from "../../errors.ts"
import { describeTerminal } from "../../ui/terminal.ts"
import { renderCommandHelp, renderRootHelp, renderTopicHelp } from "../../ui/help-text.ts"
import { notInThisVersion } from "./not-in-this-version.ts"
import { commandFacts } from "./command-facts.ts"

/** oclif's help, in our words and layout: `alyx`, `alyx help`, `alyx config --help`, `alyx config show --help`. */
export class AlyxHelp extends HelpBase {
  override async showHelp(argv: string[]): Promise<void> {
    const words = argv.filter((word) => !word.startsWith("-") && word !== "help").flatMap((word) => word.split(":"))
    const { out } = describeTerminal({
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      env: process.env,
      noColor: argv.includes("--no-color"),
    })
    out.write(this.#text(words, { paint: out.paint, columns: Math.min(out.columns, 110) }))
  }

  override async showCommandHelp(): Promise<void> {
    await this.showHelp(process.argv.slice(2))
  }

  #text(words: readonly string[], look: Parameters<typeof renderRootHelp>[1]): string {
    const commands = commandFacts(this.config)
    const root = { description: this.config.pjson.description ?? "", version: this.config.version, commands }
    if (words.length === 0) return renderRootHelp(root, look)

    // Arguments may follow the words of the command: the longest beginning that is a command counts.
    for (let length = words.length; length > 0; length -= 1) {
      const name = words.slice(0, length).join(" ")
      const command = commands.find(({ id }) => id === name)
      const below = commands.filter(({ id }) => id.startsWith(`${name} `))
      if (command) return renderCommandHelp(command, look, below)
    }
    const topic = words[0]!
    const under = commands.filter(({ id }) => id.startsWith(`${topic} `))
    const description = this.config.topics.find(({ name }) => name === topic)?.description ?? ""
    if (under.length > 0) return renderTopicHelp({ topic, description, commands: under }, look)
    throw (
      notInThisVersion(words.join(" ")) ??
      alyxError("UNKNOWN_COMMAND", {
        message: `alyx ${words.join(" ")}: there is no such command.`,
        next: "alyx help lists the commands.",
      })
    )
  }
}
