import path from "node:path"

import * as Flags from "@oclif/core/flags"

import type { Problem } from "../../errors.ts"
import { alyxError } from "../../errors.ts"
import { loadProjectSchema } from "../../project/load-schema.ts"
import { readText } from "../../project/read-text.ts"
import type { RulesMatrix } from "../../rules/matrix.ts"
import { BaseCommand } from "../base-command.ts"

/** Where the matrix is kept, to be committed. */
const matrixFileName = "rules.matrix.txt"

const matrixBytesMax = 4 * 1024 * 1024

interface MadeMatrix {
  readonly matrix: RulesMatrix
  readonly text: string
}

/** `alyx rules matrix`. */
export default class RulesMatrixCommand extends BaseCommand {
  static override summary = "Show who may do what: callers, collections and operations, over sample documents."
  static override description =
    "Needs no daemon and no database. The samples follow from what the rules look at (whose a document is, its bools and enums, roles); rules.samples.yaml may name others. With --write the matrix is kept in rules.matrix.txt; with --check the command ends with 1 when it is no longer the same, so that no change of a rule goes unseen."
  static override examples = ["alyx rules matrix", "alyx rules matrix --write", "alyx rules matrix --check"]
  static override flags = {
    check: Flags.boolean({ summary: `Compare with ${matrixFileName}; ends with 1 when they differ.` }),
    write: Flags.boolean({ exclusive: ["check"], summary: `Write ${matrixFileName}.` }),
  }

  override async run(): Promise<unknown> {
    const { flags } = await this.parse(RulesMatrixCommand)
    const { root } = this.project()
    const { matrix, text } = await this.#made(root)
    const file = path.join(root, matrixFileName)
    if (flags.check) return this.#check(file, { matrix, text })
    if (!flags.write) {
      this.print(text)
      return matrix
    }
    const { replaceProjectFile } = await import("../../project/replace-project-file.ts")
    const isNew = readKept(file) !== text
    if (isNew) await replaceProjectFile(file, text)
    this.notice(isNew ? `Written: ${matrixFileName}.` : `${matrixFileName} is up to date.`)
    return { file, written: isNew }
  }

  async #made(root: string): Promise<MadeMatrix> {
    const { schema, problems } = loadProjectSchema(root)
    if (schema === null) throw alyxError("SCHEMA_INVALID", { problems })
    const { derivedSamples } = await import("../../rules/matrix-samples.ts")
    const { rulesMatrix } = await import("../../rules/matrix.ts")
    const { renderMatrix } = await import("../../ui/rules/matrix-text.ts")
    const { loadSamples } = await import("../../project/rules-samples.ts")
    const loaded = loadSamples(root, schema, derivedSamples(schema))
    if (loaded.problems.length > 0) throw samplesInvalid(loaded.problems)
    const matrix = rulesMatrix(schema, loaded.samples)
    return { matrix, text: renderMatrix(matrix) }
  }

  async #check(file: string, { matrix, text }: MadeMatrix): Promise<unknown> {
    const kept = readKept(file)
    if (kept === null) {
      throw alyxError("FILE_UNREADABLE", {
        message: `There is no ${matrixFileName} to compare with.`,
        next: "Write it with alyx rules matrix --write, read it, and commit it.",
      })
    }
    if (kept === text) {
      this.notice(`${this.terminal.err.paint("good", "✓")} ${matrixFileName} is what the rules say.`)
      return { same: true, changes: [], new_callers: [], gone_callers: [] }
    }
    process.exitCode = 1
    const { compareMatrix } = await import("../../ui/rules/compare-matrix.ts")
    const { renderDiff } = await import("../../ui/rules/diff-text.ts")
    const { lines, newCallers, goneCallers } = compareMatrix(kept, matrix)
    const { paint } = this.terminal.out
    for (const name of newCallers) this.print(paint("good", `+ new caller: ${name}`))
    for (const name of goneCallers) this.print(paint("bad", `- no longer a caller: ${name}`))
    const changes = lines.filter(({ kind }) => kind !== "same")
    if (changes.length > 0) this.print(renderDiff(lines, paint))
    this.notice(
      `${this.terminal.err.paint("bad", "✗")} ${changes.length > 0 ? `The rules allow something else than ${matrixFileName} says` : `The callers are not those of ${matrixFileName}; what the others may do is the same`}. If that is meant: alyx rules matrix --write`,
    )
    return { same: false, changes, new_callers: newCallers, gone_callers: goneCallers }
  }
}

function readKept(file: string): string | null {
  const read = readText({ path: file, name: matrixFileName, bytesMax: matrixBytesMax })
  if (read.kind === "unreadable") throw alyxError("FILE_UNREADABLE", { problems: [read.problem] })
  return read.kind === "missing" ? null : read.text
}

function samplesInvalid(problems: readonly Problem[]): Error {
  return alyxError("CONFIG_INVALID", { message: "rules.samples.yaml has problems.", problems })
}
