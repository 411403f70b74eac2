import path from "node:path"

import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import { alyxError } from "../../errors.ts"
import { loadConfig } from "../../project/load-config.ts"
import { loadProjectSchema } from "../../project/load-schema.ts"
import { BaseCommand } from "../base-command.ts"

/** `alyx generate function`. */
export default class GenerateFunction extends BaseCommand {
  static override summary = "Begin a function: a file that answers, and what an editor needs to complete it."
  static override description =
    "Writes functions/<name>.ts; with --folder functions/<name>/index.ts and a manifest. Never writes over a file. " +
    "Needs no daemon."
  static override examples = [
    "alyx generate function create-post",
    "alyx generate function stripe-webhook --style handler --folder",
    "alyx generate function resize --style fetch --js",
  ]
  static override args = {
    name: Args.string({ required: true, description: "Its name; the path is /api/functions/<name>." }),
  }
  static override flags = {
    style: Flags.option({
      options: ["define", "handler", "fetch", "plugin"] as const,
      default: "define" as const,
      helpValue: "<style>",
      summary: "define: defineFunction({…}); handler: (req, res); fetch: a Response of the web; plugin: as for Extism.",
    })(),
    folder: Flags.boolean({ summary: "Make a folder with a manifest: for routes, access, limits, secrets, hosts." }),
    js: Flags.boolean({ summary: "Write JavaScript." }),
  }

  override async run(): Promise<unknown> {
    const { args, flags } = await this.parse(GenerateFunction)
    const { root } = this.project()
    const loaded = loadConfig({ root, env: process.env, flags: {}, mode: "tool" })
    if (loaded.config === null) throw alyxError("CONFIG_INVALID", { problems: loaded.problems })
    const functionsDir = path.resolve(root, loaded.config.functions.path)

    const { writeNewFunction } = await import("../../codegen/functions/new-function.ts")
    const { writeFunctionTypes, writeFunctionsTsconfig } =
      await import("../../codegen/functions/write-function-types.ts")
    const { name } = args
    const written = await writeNewFunction({
      root,
      functionsDir,
      name,
      style: flags.style,
      language: flags.js ? "js" : "ts",
      form: flags.folder ? "folder" : "file",
    })
    const { schema } = loadProjectSchema(root)
    await writeFunctionTypes({ root, schema })
    const isNewTsconfig = await writeFunctionsTsconfig(root, functionsDir)
    const files = [...written, ...(isNewTsconfig ? [path.join(functionsDir, "tsconfig.json")] : [])]
    for (const file of files) this.notice(`Written: ${path.relative(this.startFolder, file)}`)
    this.notice(
      `Next: alyx dev serves it at /api/functions/${name} and builds it whenever you save; ` +
        `alyx functions invoke ${name} '{"name":"Ada"}' calls it.`,
    )
    return { name, style: flags.style, files }
  }
}
