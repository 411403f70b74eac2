import path from "node:path"

import { Command } from "@oclif/core/command"
import * as Flags from "@oclif/core/flags"

import type { AlyxError } from "../errors.ts"
import { isAlyxError } from "../errors.ts"
import { findProject } from "../project/find-project.ts"
import type { ProjectPaths } from "../project/paths.ts"
import { projectPaths } from "../project/paths.ts"
import { readBeginning } from "../project/read-beginning.ts"
import { renderError } from "../ui/render-error.ts"
import { toWireError } from "../protocol/wire-error.ts"
import type { Terminal } from "../ui/terminal.ts"
import { describeTerminal } from "../ui/terminal.ts"
import { exitCodeOf } from "./oclif/exit-code.ts"
import { bugStack, earlyExitCode, shownError } from "./oclif/shown-error.ts"
import { usageError } from "./oclif/usage-error.ts"

/** What every command has: --json, --cwd, --no-color, and one way of ending badly. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true
  static override baseFlags = {
    cwd: Flags.directory({
      exists: true,
      helpGroup: "GLOBAL",
      helpValue: "<folder>",
      summary: "Work as if started in this folder.",
    }),
    "no-color": Flags.boolean({ helpGroup: "GLOBAL", summary: "Print without colours." }),
  }

  #root: string | undefined

  /** The streams, looked at once. */
  readonly terminal: Terminal = describeTerminal({
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    noColor: this.hasWord("--no-color"),
  })

  /** The folder that the command works in. */
  protected readonly startFolder = path.resolve(this.#flagValue("--cwd") ?? ".")

  /** The daemon's program, in the package that this command is of. */
  protected get daemonProgram(): string {
    return path.join(this.config.root, "dist", "daemon", "main.js")
  }

  /** The project that the command was started in. */
  protected project(): ProjectPaths {
    const paths = projectPaths(findProject(this.startFolder))
    this.#root = paths.root
    return paths
  }

  /** The text of a file that a problem names, for its excerpt; undefined when it is gone, not all of it when it is large. */
  protected readonly readProjectFile = (file: string): string | undefined =>
    readBeginning(path.resolve(this.#root ?? this.startFolder, file))

  /** Writes data. Silent with --json, where the returned value is the data. */
  protected print(text: string): void {
    if (!this.jsonEnabled()) this.terminal.out.write(text.endsWith("\n") ? text : `${text}\n`)
  }

  /** Writes progress or a notice, beside the data. */
  protected notice(text: string): void {
    if (this.jsonEnabled()) return
    this.terminal.err.write(this.terminal.asRunHere(text.endsWith("\n") ? text : `${text}\n`))
  }

  /** Shows a person at a terminal how far something is that takes long. */
  protected readonly showProgress = (text: string): void => {
    if (this.terminal.err.isTerminal) this.notice(text)
  }

  override logJson(json: unknown): void {
    this.terminal.out.write(`${JSON.stringify(json, null, 2)}\n`)
  }

  /** The one place where what a command throws is shown. */
  protected override async catch(thrown: Error): Promise<void> {
    const exit = earlyExitCode(thrown)
    const error = this.#usageError(thrown) ?? shownError(thrown)
    process.exitCode = exit ?? exitCodeOf(error)
    if (exit !== undefined) return
    if (this.jsonEnabled()) return this.logJson({ error: toWireError(error) })
    const { err, asRunHere } = this.terminal
    err.write(asRunHere(renderError(error, { paint: err.paint, readText: this.readProjectFile })))
    err.write(bugStack(error, process.env))
  }

  #usageError(thrown: Error): AlyxError | undefined {
    if (isAlyxError(thrown)) return undefined
    const id = (this.id ?? "").replaceAll(":", " ")
    const { flags: own, baseFlags, enableJsonFlag } = this.ctor
    const shared = [...Object.keys(baseFlags ?? {}), ...(enableJsonFlag ? ["json"] : []), "help"]
    const flags = [...Object.keys(own ?? {}), ...shared]
    return usageError(thrown, { id, flags })
  }

  protected hasWord(word: string): boolean {
    return this.#words().includes(word)
  }

  /** Read before parsing, so that it also counts for what is wrong with the other flags. */
  #flagValue(flag: string): string | undefined {
    const words = this.#words()
    const index = words.indexOf(flag)
    const joined = words.find((word) => word.startsWith(`${flag}=`))
    return index === -1 ? joined?.slice(flag.length + 1) : words[index + 1]
  }

  #words(): readonly string[] {
    const end = this.argv.indexOf("--")
    return end === -1 ? this.argv : this.argv.slice(0, end)
  }
}
