import * as Flags from "@oclif/core/flags"

import { TopicCommand } from "../topic-command.ts"

/** The flags that stand for a subcommand. */
const aliases = ["seed", "dump", "reset"] as const

/** `alyx db`: with a flag, the subcommand of its name. */
export default class Db extends TopicCommand {
  static override summary = "Work on the data: seed, dump, restore, reset, backup, query, shell."
  static override description =
    "Each flag is another way to write the subcommand of its name, which has more flags of its own. alyx help db lists the subcommands."
  static override examples = ["alyx db --seed seed.json", "alyx db --dump backup.ndjson", "alyx db --reset --yes"]
  static override flags = {
    seed: Flags.string({ helpValue: "<file>", summary: "Write the documents of a file: alyx db seed <file>." }),
    dump: Flags.string({ helpValue: "<file>", summary: "Write what is in the database: alyx db dump <file>." }),
    reset: Flags.boolean({ summary: "Empty the database: alyx db reset." }),
    yes: Flags.boolean({ char: "y", summary: "With --dump and --reset: do not ask." }),
  }

  override async run(): Promise<void> {
    const { flags } = await this.parse(Db)
    const asked = this.askedOf(aliases, flags)
    if (asked === undefined) throw this.usage("alyx db needs to know what to do.", "alyx help db lists what there is.")
    if (flags.yes && asked === "seed") throw this.usage("--yes belongs to --dump or --reset.")
    const file = asked === "reset" ? undefined : flags[asked]
    await this.handOn(asked, [...(file === undefined ? [] : [file]), ...(flags.yes ? ["--yes"] : [])], flags)
  }
}
