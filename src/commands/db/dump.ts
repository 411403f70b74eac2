import path from "node:path"
import { pipeline } from "node:stream/promises"

import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import type { DaemonClient } from "../../client/daemon-client.ts"
import { alyxError } from "../../errors.ts"
import { dumpFormats } from "../../protocol/data-api.ts"
import type { DumpFormat } from "../../protocol/data-api.ts"
import { showBytes, showMs } from "../../ui/amount.ts"
import { ByteMeter } from "../../ui/data/byte-meter.ts"
import { DataCommand } from "../data-command.ts"

/** What a dump to files returns. */
interface DumpResult {
  readonly files: readonly string[]
  readonly format: DumpFormat
  readonly bytes: number
  readonly durationMs: number
}

/** `alyx db dump`. */
export default class DbDump extends DataCommand {
  static override summary = "Write what is in the database to a file, or to stdout."
  static override description =
    "All of it is one state, that of the begin, while the database goes on being used. ndjson (a line a document), json and sql (a script for sqlite3) hold everything: schema, history and documents, internal fields too; alyx db restore reads them. csv holds one collection, or several in a folder. Without a format the end of the file's name says it. The file can only be read by its owner."
  static override examples = [
    "alyx db dump backup.ndjson",
    "alyx db dump --format sql | sqlite3 copy.db",
    "alyx db dump posts.csv --collection posts",
    "alyx db dump --format csv out/",
  ]
  static override args = {
    file: Args.string({ description: "Where to; stdout when left out. A name that ends in a slash is a folder." }),
  }
  static override flags = {
    format: Flags.option({
      options: dumpFormats,
      helpValue: "<format>",
      summary: "json, ndjson, csv or sql; as the file's name ends, else ndjson.",
    })(),
    collection: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "<name>",
      summary: "Only the documents of this collection; may be repeated.",
    }),
    yes: Flags.boolean({ char: "y", default: false, summary: "Replace files that exist." }),
  }

  override async run(): Promise<DumpResult | undefined> {
    const { args, flags } = await this.parse(DbDump)
    const file = args.file === "-" ? undefined : args.file
    const format = flags.format ?? formatOf(file)
    const isFolder = file !== undefined && /[\\/]$/.test(file)
    if (isFolder && format !== "csv") {
      throw alyxError("USAGE", { message: "Only csv is written to a folder.", next: "Name a file instead." })
    }
    if (file === undefined && this.jsonEnabled()) {
      throw alyxError("USAGE", {
        message: "--json says where files were written, and there is no file.",
        next: "For a dump in JSON: --format json.",
      })
    }
    const query = new URLSearchParams({ format, ...(isFolder ? { framed: "true" } : {}) })
    for (const name of flags.collection ?? []) query.append("collection", name)
    return this.withDaemon(async (client) => {
      const source = `/api/admin/db/dump?${query.toString()}`
      if (file === undefined) return this.#toStdout(client, source)
      const target = { place: path.resolve(this.startFolder, file), isFolder, mayReplace: flags.yes }
      return this.#toFiles(client, { source, format, ...target })
    })
  }

  async #toStdout(client: DaemonClient, source: string): Promise<undefined> {
    const meter = new ByteMeter({
      ...this.terminal.err,
      isTerminal: this.terminal.err.isTerminal && !this.terminal.out.isTerminal,
    })
    const { requireWhole } = await import("../../client/whole-answer.ts")
    await pipeline(await client.open(source), requireWhole, meter.counted, process.stdout, { end: false })
    meter.end()
  }

  async #toFiles(
    client: DaemonClient,
    wanted: {
      readonly source: string
      readonly format: DumpFormat
      readonly place: string
      readonly isFolder: boolean
      readonly mayReplace: boolean
    },
  ): Promise<DumpResult> {
    const { writeFiles } = await import("../../client/write-files.ts")
    const { requireWhole } = await import("../../client/whole-answer.ts")
    const begin = performance.now()
    const meter = new ByteMeter(this.terminal.err)
    const response = await client.open(wanted.source)
    const files = await writeFiles(meter.counted(requireWhole(response)), wanted).finally(() => meter.end())
    const durationMs = Math.round(performance.now() - begin)
    for (const file of files) this.print(file)
    this.notice(`${showBytes(meter.bytes)} in ${showMs(durationMs)}`)
    return { files, format: wanted.format, bytes: meter.bytes, durationMs }
  }
}

function formatOf(file: string | undefined): DumpFormat {
  if (file === undefined) return "ndjson"
  const ending = path.extname(file).slice(1).toLowerCase()
  const named = ending === "jsonl" ? "ndjson" : ending
  const format = dumpFormats.find((word) => word === named)
  if (format !== undefined) return format
  throw alyxError("USAGE", {
    message: `The name ${file} does not say the format.`,
    next: `Add --format ${dumpFormats.join("|")}, or end the name in one of them. A copy of the database itself: alyx db backup ${file}`,
  })
}
