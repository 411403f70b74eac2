import { createReadStream } from "node:fs"
import { stat } from "node:fs/promises"
import path from "node:path"

import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import type { DaemonClient } from "../../client/daemon-client.ts"
import { alyxError } from "../../errors.ts"
import { restoreFormats } from "../../protocol/data-api.ts"
import type { RestoreFormat, RestoreResponse } from "../../protocol/data-api.ts"
import { requireReplacing } from "../../ui/data/ask-to-replace.ts"
import { renderReplaced } from "../../ui/data/replaced-text.ts"
import { runWithProgress } from "../../ui/progress-task.ts"
import { DataCommand } from "../data-command.ts"

/** `alyx db restore`. */
export default class DbRestore extends DataCommand {
  static override summary = "Put the content of a dump or a backup in the place of what the database holds."
  static override description =
    "Takes what alyx db dump wrote as ndjson, json or sql, and the files of alyx db backup. The file is looked through first; one that is not good changes nothing. Then a backup is written, and everything is replaced at once, the schema too; reads go on meanwhile. For documents from elsewhere: alyx db seed."
  static override examples = ["alyx db restore backup.ndjson", "alyx db restore .alyx/backups/<file>.db --yes"]
  static override args = { file: Args.string({ description: "The file.", required: true }) }
  static override flags = {
    format: Flags.option({
      options: restoreFormats,
      helpValue: "<format>",
      summary: "ndjson, json, sql or db; as the file's name ends.",
    })(),
    yes: Flags.boolean({ char: "y", default: false, summary: "Do not ask." }),
  }

  override async run(): Promise<RestoreResponse | undefined> {
    const { args, flags } = await this.parse(DbRestore)
    const format = flags.format ?? formatOf(args.file)
    const location = path.resolve(this.startFolder, args.file)
    await requireFile(location, args.file)
    if (format === "db") await requireNoLog(location, args.file)
    return this.withDaemon(async (client) => {
      const question = { what: `Restore ${args.file}`, command: `alyx db restore ${args.file} --yes`, client }
      if (!flags.yes && !(await requireReplacing(question, { ...this.terminal, isJson: this.jsonEnabled() }))) {
        process.exitCode = 130
        return undefined
      }
      const done = await this.#restore(client, { format, location, name: args.file })
      this.print(renderReplaced(done, "Restored", this.terminal.out.paint))
      for (const notice of done.notices) this.notice(notice)
      return done
    })
  }

  #restore(
    client: DaemonClient,
    { format, location, name }: { readonly format: RestoreFormat; readonly location: string; readonly name: string },
  ): Promise<RestoreResponse> {
    const query = new URLSearchParams({ format, name })
    const work = (onProgress: Parameters<DaemonClient["postWithProgress"]>[2]) =>
      client.postWithProgress<RestoreResponse>(
        `/api/admin/db/restore?${query.toString()}`,
        createReadStream(location),
        onProgress,
      )
    return runWithProgress(`Restore ${name}`, work, { terminal: this.terminal, silent: this.jsonEnabled() })
  }
}

function formatOf(file: string): RestoreFormat {
  const ending = path.extname(file).slice(1).toLowerCase()
  const words: Readonly<Record<string, RestoreFormat>> = { jsonl: "ndjson", sqlite: "db", sqlite3: "db" }
  const format = restoreFormats.find((word) => word === ending) ?? words[ending]
  if (format !== undefined) return format
  if (ending === "csv") {
    throw alyxError("USAGE", {
      message: "A CSV file holds the documents of one collection, not a database.",
      next: `To add them to what is there: alyx db seed ${file}`,
    })
  }
  throw alyxError("USAGE", {
    message: `The name ${file} does not say the format.`,
    next: `Add --format ${restoreFormats.join("|")}.`,
  })
}

async function requireFile(location: string, name: string): Promise<void> {
  const facts = await stat(location).catch(() => null)
  if (facts?.isFile() === true) return
  const message = facts === null ? `There is no file ${name}.` : `${name} is no file.`
  throw alyxError("FILE_UNREADABLE", { message, next: "Name what alyx db dump or alyx db backup wrote." })
}

/** SQLite keeps in the file beside it what was written last, as long as a program has the database open or when one died. */
async function requireNoLog(location: string, name: string): Promise<void> {
  const facts = await stat(`${location}-wal`).catch(() => null)
  if (facts === null || facts.size === 0) return
  throw alyxError("RESTORE_INVALID", {
    message: `Beside ${name} lies ${name}-wal, with what was written last: the file alone is not the whole database.`,
    next: `Restore a copy that is: sqlite3 ${name} "VACUUM INTO 'whole.db'", then alyx db restore whole.db. For a database of Alyx: alyx db backup.`,
  })
}
