import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import { parseCountTo } from "../oclif/parse-count.ts"
import { TopicCommand } from "../topic-command.ts"

/** The flags that stand for a subcommand; one at most. */
const aliases = ["plan", "status", "apply", "rollback", "create"] as const

/** `alyx migrate`: the status, or with a flag the subcommand of its name. */
export default class Migrate extends TopicCommand {
  static override summary = "Change the schema of a database that holds data."
  static override description =
    "Without a flag it shows the status. Each flag is another way to write the subcommand of its name, which has more flags of its own."
  static override examples = ["alyx migrate", "alyx migrate --apply", "alyx migrate --rollback 2"]
  static override args = {
    n: Args.custom<number>({ parse: parseCountTo(1_000) })({
      description: "With --rollback: how many files.",
      ignoreStdin: true,
    }),
  }
  static override flags = {
    plan: Flags.boolean({ summary: "Show what would be done: alyx migrate plan." }),
    status: Flags.boolean({ summary: "Show the history and what is pending: alyx migrate status." }),
    apply: Flags.boolean({ summary: "Apply what is pending: alyx migrate apply." }),
    rollback: Flags.boolean({ summary: "Undo the last files: alyx migrate rollback [n]." }),
    create: Flags.string({ helpValue: "<name>", summary: "Write a migration file: alyx migrate create <name>." }),
    yes: Flags.boolean({ char: "y", summary: "With --apply and --rollback: do not ask." }),
  }

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Migrate)
    const asked = this.askedOf(aliases, flags) ?? "status"
    if (args.n !== undefined && asked !== "rollback")
      throw this.usage(`alyx migrate does not take "${args.n}" without --rollback.`)
    const mayAsk = asked === "apply" || asked === "rollback"
    if (flags.yes && !mayAsk) throw this.usage("--yes belongs to --apply or --rollback.")
    const words = [
      ...(flags.create === undefined ? [] : [flags.create]),
      ...(args.n === undefined ? [] : [String(args.n)]),
      ...(flags.yes ? ["--yes"] : []),
    ]
    await this.handOn(asked, words, flags)
  }
}
