import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import { alyxError } from "../../errors.ts"
import { nearestWord } from "../../lib/nearest-word.ts"
import type { ExplainAccessRequest, ExplainAccessResponse } from "../../protocol/rules-api.ts"
import { ruleOperations } from "../../schema/schema.ts"
import { DataCommand } from "../data-command.ts"

/** `alyx rules explain`. */
export default class RulesExplain extends DataCommand {
  static override summary = "Show why somebody may, or may not, do something: each rule with the value of every part."
  static override description =
    "Nothing is written for the person it is about. Decided by the same code as requests are, on the rules that are served; where no daemon runs, on schema.yaml, whose safe changes are applied first. What other documents say to a write (references, unique fields) is left out. Ends with 0 whatever the decision is; with --json it is in `allowed`."
  static override examples = [
    "alyx rules explain read posts/01987b3c-6d00-7000-8000-00000000b002 --as anonymous",
    'alyx rules explain update posts/01987b3c-6d00-7000-8000-00000000b002 --as grace@example.com --data \'{"title":"New"}\'',
    "alyx rules explain create comments --as grace@example.com --data @comment.json",
    "alyx rules explain read posts --as key:ci",
  ]
  static override args = {
    operation: Args.string({
      description: `What would be done: ${ruleOperations.join(", ")}.`,
      required: true,
      ignoreStdin: true,
    }),
    target: Args.string({
      description: "<collection>/<id>, or <collection> for a create and for lists.",
      required: true,
      ignoreStdin: true,
    }),
  }
  static override flags = {
    as: Flags.string({
      required: true,
      helpValue: "<who>",
      summary: "anonymous, the id or address of an account, or key:<name>.",
    }),
    data: Flags.string({ helpValue: "<json>", summary: "The body of the write; @file reads it from a file." }),
    field: Flags.string({ helpValue: "<name>", summary: "Of the rules of fields, only this field's." }),
  }

  override async run(): Promise<ExplainAccessResponse> {
    const { args, flags } = await this.parse(RulesExplain)
    const [collection, id] = splitTarget(args.target)
    const operation = readOperation(args.operation)
    const request: ExplainAccessRequest = {
      operation,
      collection,
      as: flags.as,
      ...(id === undefined ? {} : { id }),
      ...(flags.field === undefined ? {} : { field: flags.field }),
      ...(flags.data === undefined ? {} : { data: await readData(flags.data, this.startFolder) }),
    }
    requireFitting(request)
    const explained = await this.withWrittenSchema((client) =>
      client.post<ExplainAccessResponse>("/api/admin/rules/explain", request),
    )
    const { renderExplanation } = await import("../../ui/rules/explain-text.ts")
    this.print(renderExplanation(explained, this.terminal.out.paint))
    return explained
  }
}

/** A body of the command line may not be larger than this. */
const dataBytesMax = 2 * 1024 * 1024

function splitTarget(target: string): [string, string | undefined] {
  const slash = target.indexOf("/")
  return slash === -1 ? [target, undefined] : [target.slice(0, slash), target.slice(slash + 1)]
}

function readOperation(word: string): ExplainAccessRequest["operation"] {
  const operation = ruleOperations.find((name) => name === word)
  if (operation !== undefined) return operation
  const near = nearestWord(word, ruleOperations)
  if (word === "list" || word === "get") {
    throw alyxError("USAGE", {
      message: `There is no operation "${word}": lists and single documents are both decided by the read rule.`,
      next: `${word === "list" ? "alyx rules explain read <collection>" : "alyx rules explain read <collection>/<id>"} --as <who>`,
    })
  }
  throw alyxError("USAGE", {
    message: `There is no operation "${word}".`,
    next: near === undefined ? `There are: ${ruleOperations.join(", ")}.` : `Did you mean ${near}?`,
  })
}

/** What each operation needs is said here, before a daemon is started for it. */
function requireFitting({ operation, collection, id, data }: ExplainAccessRequest): void {
  const wrong =
    operation === "create" && id !== undefined
      ? `A create has no document yet: alyx rules explain create ${collection}`
      : (operation === "update" || operation === "delete") && (id === undefined || id === "")
        ? `Which document? alyx rules explain ${operation} ${collection}/<id>`
        : (operation === "read" || operation === "delete") && data !== undefined
          ? `--data belongs to create and update.`
          : null
  if (wrong !== null)
    throw alyxError("USAGE", { message: wrong, next: "alyx rules explain --help shows what it takes." })
}

async function readData(text: string, folder: string): Promise<unknown> {
  const isFile = text.startsWith("@")
  const json = isFile ? await readDataFile(text.slice(1), folder) : text
  try {
    const data: unknown = JSON.parse(json)
    if (typeof data === "object" && data !== null && !Array.isArray(data)) return data
  } catch (error) {
    throw alyxError("USAGE", {
      message: `--data is no JSON: ${error instanceof Error ? error.message : String(error)}.`,
      next: `As in --data '{"title":"New"}', or --data @file.json.`,
      cause: error,
    })
  }
  throw alyxError("USAGE", { message: "--data must be an object.", next: `As in --data '{"title":"New"}'.` })
}

async function readDataFile(name: string, folder: string): Promise<string> {
  const { default: path } = await import("node:path")
  const { readText } = await import("../../project/read-text.ts")
  const read = readText({ path: path.resolve(folder, name), name, bytesMax: dataBytesMax })
  if (read.kind === "text") return read.text
  throw alyxError("FILE_UNREADABLE", {
    message: read.kind === "missing" ? `There is no file ${name}.` : read.problem.message,
    next: "Check the path after --data @.",
  })
}
