import path from "node:path"

import { alyxError } from "../../errors.ts"
import { loadConfig } from "../../project/load-config.ts"
import { loadProjectSchema } from "../../project/load-schema.ts"
import { BaseCommand } from "../base-command.ts"

/** `alyx functions types`. */
export default class FunctionsTypes extends BaseCommand {
  static override summary = "Write the types of functions for editors: of @alyx/functions and of the collections."
  static override description =
    "Writes .alyx/types from schema.yaml, and tsconfig.json into the folder of the functions when there is none. " +
    "alyx dev does so by itself whenever the schema changes; this is for a fresh clone, and before tsc in CI. Needs no daemon."
  static override examples = [
    "alyx functions types",
    "alyx functions types && npx -p typescript tsc --noEmit -p functions",
  ]

  override async run(): Promise<unknown> {
    await this.parse(FunctionsTypes)
    const { root, typesDir } = this.project()
    const { schema, problems } = loadProjectSchema(root)
    if (schema === null) throw alyxError("SCHEMA_INVALID", { problems })
    const loaded = loadConfig({ root, env: process.env, flags: {}, mode: "tool" })
    if (loaded.config === null) throw alyxError("CONFIG_INVALID", { problems: loaded.problems })
    const functionsDir = path.resolve(root, loaded.config.functions.path)

    const { writeFunctionTypes, writeFunctionsTsconfig } =
      await import("../../codegen/functions/write-function-types.ts")
    const { written, unchanged } = await writeFunctionTypes({ root, schema })
    const isNewTsconfig = await writeFunctionsTsconfig(root, functionsDir)
    const shown = (file: string): string => path.relative(this.startFolder, file) || "."
    for (const name of written) this.notice(`Written: ${shown(path.join(typesDir, name))}`)
    if (isNewTsconfig) this.notice(`Written: ${shown(path.join(functionsDir, "tsconfig.json"))}`)
    if (written.length === 0) this.notice(`${shown(typesDir)} is up to date.`)
    return { folder: typesDir, written, unchanged, tsconfig: isNewTsconfig }
  }
}
