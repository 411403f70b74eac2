import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import path from "node:path"
import { pathToFileURL } from "node:url"

import * as Flags from "@oclif/core/flags"

import type { FunctionPlaces } from "../../codegen/openapi/project-functions.ts"
import { alyxError } from "../../errors.ts"
import { writeFileAtomically } from "../../lib/atomic-write.ts"
import { unwritable } from "../../project/file-errors.ts"
import { loadConfig } from "../../project/load-config.ts"
import { loadProjectSchema } from "../../project/load-schema.ts"
import { requestLimits } from "../../project/request-limits.ts"
import { countOf } from "../../ui/amount.ts"
import { BaseCommand } from "../base-command.ts"

/** `alyx generate openapi`. */
export default class GenerateOpenApi extends BaseCommand {
  static override summary = "Write the OpenAPI document of the API."
  static override description =
    "Made from schema.yaml, the limits of alyx.yaml and the functions; needs no daemon. Without --output it is printed. " +
    "A file is written only when it changes."
  static override examples = [
    "alyx generate openapi --output openapi.json",
    "alyx generate openapi --format yaml | less",
    "alyx generate openapi --output api.yaml --server https://api.example.com",
  ]
  static override flags = {
    output: Flags.string({ char: "o", helpValue: "<file>", summary: "Write to this file." }),
    format: Flags.option({
      options: ["json", "yaml"] as const,
      helpValue: "<format>",
      summary: "JSON or YAML; after the name of the file when left out, else JSON.",
    })(),
    server: Flags.string({
      helpValue: "<url>",
      summary: "Where the API is reached; a slash (the server that shows the document) when left out.",
    }),
  }

  override async run(): Promise<unknown> {
    const { flags } = await this.parse(GenerateOpenApi)
    const { root, builtFunctionsDir } = this.project()
    const { schema, problems } = loadProjectSchema(root)
    if (schema === null) throw alyxError("SCHEMA_INVALID", { problems })
    const loaded = loadConfig({ root, env: process.env, flags: {}, mode: "start" })
    if (loaded.config === null) throw alyxError("CONFIG_INVALID", { problems: loaded.problems })
    const { config } = loaded
    if (flags.server !== undefined) requireServerUrl(flags.server)

    const { openApiDocument } = await import("../../codegen/openapi/document.ts")
    const functions = await this.#functions({ root, cacheDir: builtFunctionsDir, functionsDir: config.functions.path })
    const { openApiText } = await import("../../codegen/openapi/document-text.ts")
    const document = openApiDocument(schema, {
      version: this.config.version,
      limits: requestLimits(config),
      isServed: config.api.docs,
      accountsCollection: config.auth.collection,
      functions,
      ...(flags.server !== undefined && { serverUrl: flags.server }),
    })
    const format = flags.format ?? (/\.ya?ml$/i.test(flags.output ?? "") ? "yaml" : "json")
    const text = openApiText(document, format)
    if (flags.output === undefined) {
      this.print(text)
      return document
    }
    const file = path.resolve(this.startFolder, flags.output)
    const written = await writeIfChanged(file, text)
    const size = countOf(Object.keys(document.paths).length, "path")
    this.notice(written ? `Written: ${flags.output} (${size}).` : `${flags.output} is up to date (${size}).`)
    return { file, format, written, paths: Object.keys(document.paths).length }
  }

  /** What builds functions is loaded where there is a folder of them. */
  async #functions(places: Pick<FunctionPlaces, "root" | "functionsDir" | "cacheDir">) {
    if (!existsSync(places.functionsDir)) return []
    const { projectFunctions } = await import("../../codegen/openapi/project-functions.ts")
    const worker = pathToFileURL(path.join(this.config.root, "dist", "daemon", "build-worker.js"))
    const { functions, leftOut } = await projectFunctions({ ...places, worker, env: process.env })
    for (const sentence of leftOut) this.notice(sentence)
    return functions
  }
}

function requireServerUrl(text: string): void {
  const url = URL.parse(text)
  if (text.startsWith("/") || (url !== null && /^https?:$/.test(url.protocol) && url.search === "" && url.hash === ""))
    return
  throw alyxError("USAGE", {
    message: `--server ${text} is not the address of a server.`,
    next: "Write it with http:// or https://, or as a path that begins with a slash.",
  })
}

/** Returns whether the file had to be written: an equal one keeps its time, so that nobody builds anew for nothing. */
async function writeIfChanged(file: string, text: string): Promise<boolean> {
  try {
    const present = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return null
      throw error
    })
    if (present === text) return false
    await writeFileAtomically(file, text)
    return true
  } catch (error) {
    throw unwritable(file, error, "Name another file with --output, or give this user the right to write there.")
  }
}
