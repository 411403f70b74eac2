import path from "node:path"
import { pathToFileURL } from "node:url"

import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import type { AlyxError, Problem } from "../../errors.ts"
import { alyxError, isAlyxError } from "../../errors.ts"
import type { FunctionBuilder } from "../../functions/build-function.ts"
import type { FunctionSource } from "../../functions/function-source.ts"
import { nearestWord } from "../../lib/nearest-word.ts"
import { loadConfig } from "../../project/load-config.ts"
import { loadProjectSchema } from "../../project/load-schema.ts"
import type { BuildOutcome } from "../../protocol/functions-api.ts"
import { toWireError } from "../../protocol/wire-error.ts"
import type { Schema } from "../../schema/schema.ts"
import { countOf, showBytes } from "../../ui/amount.ts"
import { renderError } from "../../ui/render-error.ts"
import { BaseCommand } from "../base-command.ts"

/** How functions of a project are built, and what they are compared with. */
interface BuildSurroundings {
  readonly isForced: boolean
  /** The configuration's. */
  readonly memoryBytes: number
  /** Null where it has problems, which are told elsewhere. */
  readonly schema: Schema | null
}

/** `alyx functions build`. */
export default class FunctionsBuild extends BaseCommand {
  static override summary = "Build functions, without a daemon, and show what is wrong with them."
  static override description =
    "Compiles to .alyx/functions/<name>.wasm, or runs the manifest's build command; what did not change is not built again. " +
    "With --entry and --output it compiles one file anywhere, which build commands may use."
  static override examples = [
    "alyx functions build",
    "alyx functions build create-post --force",
    "alyx functions build --entry src/index.ts --output plugin.wasm",
  ]
  static override args = { name: Args.string({ description: "Only this function." }) }
  static override flags = {
    force: Flags.boolean({ summary: "Build also what did not change." }),
    entry: Flags.string({
      dependsOn: ["output"],
      helpValue: "<file>",
      summary: "Compile this file; needs no project.",
    }),
    output: Flags.string({
      dependsOn: ["entry"],
      helpValue: "<file>",
      summary: "Write the plug-in here, with --entry.",
    }),
    abi: Flags.option({
      options: ["extism"] as const,
      dependsOn: ["entry"],
      helpValue: "<abi>",
      summary: "extism: import nothing but Extism's own functions.",
    })(),
  }

  get #worker(): URL {
    return pathToFileURL(path.join(this.config.root, "dist", "daemon", "build-worker.js"))
  }

  override async run(): Promise<unknown> {
    const { args, flags } = await this.parse(FunctionsBuild)
    const { entry, output, abi = null, force: isForced } = flags
    if (entry === undefined || output === undefined) return this.#buildFunctions(args.name, isForced)
    if (args.name !== undefined) throw alyxError("USAGE", { message: "Give a name, or --entry and --output." })
    return this.#buildFile({ entry, output, abi })
  }

  async #buildFile(given: { readonly entry: string; readonly output: string; readonly abi: "extism" | null }) {
    const { buildFile } = await import("../../functions/build-file.ts")
    const startedAt = performance.now()
    const { wasm, description, inputs, warnings } = await buildFile({
      folder: this.startFolder,
      worker: this.#worker,
      ...given,
    })
    for (const warning of warnings) this.notice(warning)
    const durationMs = Math.round(performance.now() - startedAt)
    this.notice(`Written: ${given.output} (${showBytes(wasm.length)}, ${description.style}, in ${durationMs} ms).`)
    return { output: given.output, bytes: wasm.length, durationMs, description, inputs, warnings }
  }

  async #buildFunctions(name: string | undefined, isForced: boolean): Promise<{ functions: readonly BuildOutcome[] }> {
    const { root, builtFunctionsDir } = this.project()
    const loaded = loadConfig({ root, env: process.env, flags: {}, mode: "tool" })
    if (loaded.config === null) throw alyxError("CONFIG_INVALID", { problems: loaded.problems })
    const functionsDir = path.resolve(root, loaded.config.functions.path)

    const { discoverFunctions } = await import("../../functions/discover.ts")
    const { FunctionBuilder: Builder } = await import("../../functions/build-function.ts")
    const { functions, problems } = discoverFunctions({ root, functionsDir, env: process.env })
    const chosen = name === undefined ? functions : [findByName(name, functions, problems)]
    if (chosen.length === 0 && problems.length === 0) {
      const folder = path.relative(root, functionsDir)
      this.notice(`There are no functions in ${folder}. Make one with: alyx generate function hello`)
    }
    const { schema } = loadProjectSchema(root)
    const { memoryBytes } = loaded.config.functions
    const builder = new Builder({ root, cacheDir: builtFunctionsDir, worker: this.#worker })
    const ending = new AbortController()
    const stop = (): void => {
      ending.abort()
      void builder.stop()
    }
    process.once("SIGINT", stop).once("SIGTERM", stop)
    try {
      const outcomes: BuildOutcome[] = []
      for (const source of chosen) {
        outcomes.push(await this.#build(builder, source, { isForced, memoryBytes, schema }))
        if (ending.signal.aborted) throw alyxError("INTERRUPTED")
      }
      if (name === undefined && problems.length > 0) this.#showProblems(problems)
      if (outcomes.some(({ outcome }) => outcome === "failed")) process.exitCode = 1
      return { functions: [...outcomes, ...(name === undefined ? brokenOutcome(problems) : [])] }
    } finally {
      await builder.stop()
      process.off("SIGINT", stop).off("SIGTERM", stop)
    }
  }

  async #build(
    builder: FunctionBuilder,
    source: FunctionSource,
    { isForced, memoryBytes, schema }: BuildSurroundings,
  ): Promise<BuildOutcome> {
    const { name } = source
    const startedAt = performance.now()
    try {
      const onOutput = (line: string): void => this.notice(`${name} | ${line}`)
      const { wasm, warnings, isCached } = await builder.build(source, { onOutput, isForced })
      const durationMs = Math.round(performance.now() - startedAt)
      const { checkPlugin } = await import("../../functions/check-plugin.ts")
      const { hookWarnings } = await import("../../functions/hook-warnings.ts")
      const ofHooks = schema === null ? [] : hookWarnings(source.manifest, schema)
      for (const warning of [...warnings, ...ofHooks]) this.notice(warning)
      checkPlugin({ name, wasm, entry: source.manifest.entry, memoryBytes: source.manifest.memoryBytes ?? memoryBytes })
      const outcome = isCached ? "unchanged" : "built"
      this.print(`${name}  ${outcome}  ${showBytes(wasm.length)}${isCached ? "" : `  ${durationMs} ms`}`)
      return { name, outcome, durationMs, bytes: wasm.length, error: null }
    } catch (error) {
      this.#show(error)
      const durationMs = Math.round(performance.now() - startedAt)
      return { name, outcome: "failed", durationMs, bytes: null, error: toWireError(error) }
    }
  }

  #showProblems(problems: readonly Problem[]): void {
    this.#show(manifestError(problems))
    process.exitCode = 1
  }

  #show(error: unknown): void {
    // A bug ends the command as everywhere.
    if (!isAlyxError(error)) throw error
    this.notice(renderError(error, { paint: this.terminal.err.paint, readText: this.readProjectFile }))
  }
}

function findByName(name: string, functions: readonly FunctionSource[], problems: readonly Problem[]): FunctionSource {
  const found = functions.find((each) => each.name === name)
  if (found !== undefined) return found
  const own = problems.filter(({ at }) => at !== undefined && isAbout(name, `/${at.file}`))
  if (own.length > 0) throw manifestError(own)
  const near = nearestWord(
    name,
    functions.map((each) => each.name),
  )
  const count = countOf(functions.length, "function")
  const next = near === undefined ? `alyx functions build lists all (${count}).` : `Did you mean "${near}"?`
  throw alyxError("FUNCTION_NOT_FOUND", { message: `There is no function ${name}.`, next })
}

/** Whether a file is the function's own: `create-post.yaml`, or one in `create-post/`. */
function isAbout(name: string, file: string): boolean {
  return file.includes(`/${name}.`) || file.includes(`/${name}/`)
}

function manifestError(problems: readonly Problem[]): AlyxError {
  return alyxError("MANIFEST_INVALID", { problems })
}

/** What cannot be built since its manifest cannot be read. */
function brokenOutcome(problems: readonly Problem[]): readonly BuildOutcome[] {
  if (problems.length === 0) return []
  const error = toWireError(manifestError(problems))
  return [{ name: "*", outcome: "failed", durationMs: 0, bytes: null, error }]
}
