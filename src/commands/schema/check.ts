import path from "node:path"

import * as Args from "@oclif/core/args"

import type { Problem } from "../../errors.ts"
import { alyxError } from "../../errors.ts"
import type { LoadedSchema } from "../../project/load-schema.ts"
import { loadProjectSchema, loadSchemaText } from "../../project/load-schema.ts"
import { readText } from "../../project/read-text.ts"
import { countOf } from "../../ui/amount.ts"
import { renderNotices } from "../../ui/problem-list.ts"
import { BaseCommand } from "../base-command.ts"

/** As large as a project's own may be. */
const schemaBytesMax = 4 * 1024 * 1024

/** `alyx schema check`. */
export default class SchemaCheck extends BaseCommand {
  static override summary = "Check schema.yaml and show all that is wrong with it."
  static override description = "Needs no daemon and no database. Ends with 1 when there are problems."
  static override examples = ["alyx schema check", "alyx schema check other/schema.yaml --json"]
  static override args = {
    file: Args.string({
      description: "The file to check; schema.yaml of the project when left out.",
      ignoreStdin: true,
    }),
  }

  override async run(): Promise<unknown> {
    const { args } = await this.parse(SchemaCheck)
    const file = args.file ?? "schema.yaml"
    const { schema, problems, notices } = await this.#load(args.file)
    if (problems.length > 0) this.#refuse(file, problems, notices)
    else {
      const { paint } = this.terminal.out
      const fieldCount = [...schema!.collections.values()].reduce((sum, { fields }) => sum + fields.size, 0)
      const size = `${countOf(schema!.collections.size, "collection")}, ${countOf(fieldCount, "field")}`
      this.print(`${paint("good", "✓")} ${file} is fine: ${size}.`)
      if (notices.length > 0) this.notice(renderNotices(notices, this.terminal.err.paint))
    }
    return { valid: problems.length === 0, file, problems, notices }
  }

  async #load(file: string | undefined): Promise<LoadedSchema> {
    if (file === undefined) return loadProjectSchema(this.project().root)
    const read = readText({ path: path.resolve(this.startFolder, file), name: file, bytesMax: schemaBytesMax })
    if (read.kind === "text") return loadSchemaText(read.text, file)
    throw alyxError("FILE_UNREADABLE", {
      message: read.kind === "missing" ? `There is no file ${file}.` : read.problem.message,
      next: "Check its path; without one it is schema.yaml of the project.",
    })
  }

  /** With --json the problems are the data of this command, not its failure. */
  #refuse(file: string, problems: readonly Problem[], notices: readonly Problem[]): void {
    process.exitCode = 1
    if (this.jsonEnabled()) return
    if (notices.length > 0) this.notice(renderNotices(notices, this.terminal.err.paint))
    const message = `${file} has ${countOf(problems.length, "problem")}.`
    throw alyxError("SCHEMA_INVALID", { message, problems })
  }
}
