import path from "node:path"

import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import { alyxError } from "../errors.ts"
import { loadProjectSchema } from "../project/load-schema.ts"
import { projectNameFrom, requireProjectName } from "../project/project-name.ts"
import type { Starter } from "../project/scaffold.ts"
import { requireNoProject, scaffoldProject, starterDescriptions, starters } from "../project/scaffold.ts"
import { countOf } from "../ui/amount.ts"
import { BaseCommand } from "./base-command.ts"

/** `alyx init`. */
export default class Init extends BaseCommand {
  static override summary = "Make a new project from a template."
  static override description =
    "Asks for what is missing at a terminal. It never overwrites a file: what is there already is left as it is."
  static override examples = ["alyx init", "alyx init my-blog --template blog", "alyx init . --template basic --yes"]
  static override args = {
    name: Args.string({ description: "The folder to make, or . for this one.", ignoreStdin: true }),
  }
  static override flags = {
    template: Flags.option({
      char: "t",
      options: starters,
      helpValue: "<template>",
      summary: "What to start from.",
    })(),
    yes: Flags.boolean({ char: "y", summary: "Ask nothing: my-app and basic, where nothing else is said." }),
  }

  override async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Init)
    if (args.name !== undefined) this.#place(args.name)
    const answers = await this.#answers(args.name, flags)
    if (answers === undefined) {
      process.exitCode = 130
      return undefined
    }
    const place = { ...this.#place(answers.name), template: answers.template }
    const made = await this.#make(place)
    this.#sayNext(place.folder)
    return { ...place, ...made }
  }

  /** Where a project of this name would be; throws when it cannot be there. */
  #place(given: string): { readonly folder: string; readonly name: string } {
    if (given === "") {
      const next = "Say one: alyx init my-app. Or take this folder: alyx init ."
      throw alyxError("USAGE", { message: "The name of the project is empty.", next })
    }
    const folder = path.resolve(this.startFolder, given)
    const name = given === "." ? projectNameFrom(folder) : path.basename(folder)
    requireProjectName(name)
    requireNoProject(folder)
    return { folder, name }
  }

  async #answers(
    name: string | undefined,
    flags: { readonly template: Starter | undefined; readonly yes: boolean },
  ): Promise<{ name: string; template: Starter } | undefined> {
    const { template } = flags
    if (flags.yes || (name !== undefined && template !== undefined)) {
      return { name: name ?? "my-app", template: template ?? "basic" }
    }
    if (!this.terminal.interactive || this.jsonEnabled()) {
      const missing = name === undefined ? "the name of the project" : "its template"
      const whole = `alyx init ${name ?? "my-app"} --template ${template ?? starters.join("|")}`
      throw alyxError("NO_TERMINAL", {
        message: `There is no terminal to ask for ${missing}.`,
        next: `Say it: ${whole}. Or take the defaults: alyx init${name === undefined ? "" : ` ${name}`} --yes`,
      })
    }
    const { askForProject } = await import("../ui/init-questions.ts")
    const checkName = (answer: string): void => void this.#place(answer)
    return askForProject({ name, template, templates: starterDescriptions, checkName })
  }

  async #make(request: Parameters<typeof scaffoldProject>[0]): Promise<{ written: string[]; kept: string[] }> {
    const { runTasks } = await import("../ui/task-list.ts")
    let made: { written: string[]; kept: string[] } = { written: [], kept: [] }
    const write = async (): Promise<string> => {
      made = await scaffoldProject(request)
      const kept = made.kept.length === 0 ? "" : `; ${made.kept.join(", ")} was there and stays`
      return `${countOf(made.written.length, "file")}${kept}`
    }
    const check = async (): Promise<string> => {
      const { schema, problems } = loadProjectSchema(request.folder)
      if (schema === null) throw alyxError("SCHEMA_INVALID", { problems })
      // So that editors know them before the first `alyx dev`.
      const { writeFunctionTypes } = await import("../codegen/functions/write-function-types.ts")
      await writeFunctionTypes({ root: request.folder, schema })
      return [...schema.collections.keys()].join(", ")
    }
    await runTasks(
      [
        { title: `Write ${request.name} from the ${request.template} template`, run: write },
        { title: "Check schema.yaml", run: check },
      ],
      { terminal: this.terminal, silent: this.jsonEnabled() },
    )
    return made
  }

  #sayNext(folder: string): void {
    const { paint } = this.terminal.out
    const steps = path.relative(process.cwd(), folder)
    const quoted = /\s/.test(steps) ? JSON.stringify(steps) : steps
    const dev = this.terminal.asRunHere("alyx dev")
    // From a clone it is run by npm, which works in the clone wherever one is.
    const lines =
      dev === "alyx dev"
        ? [...(steps === "" ? [] : [`  cd ${quoted}`]), "  alyx dev"]
        : [`  ${dev} --cwd ${quoted || "."}`]
    this.print(`\n${paint("strong", "Next")}\n${lines.map((line) => paint("name", line)).join("\n")}`)
    this.print(
      "\nschema.yaml describes the data, functions/ has code of your own; requests.http shows what can be asked.",
    )
  }
}
