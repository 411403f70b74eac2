import type { Config } from "@oclif/core/interfaces"

import type { CommandFacts } from "../../ui/help-text.ts"

/** What the manifest says of the commands that are shown, by the words that a person types, in order. */
export function commandFacts(config: Pick<Config, "commands">): readonly CommandFacts[] {
  return config.commands
    .filter((command) => !command.hidden)
    .map((command) => ({ ...command, id: command.id.replaceAll(":", " ") }) as CommandFacts)
    .toSorted((a, b) => a.id.localeCompare(b.id))
}
