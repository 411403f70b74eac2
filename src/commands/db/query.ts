import { text } from "node:stream/consumers"

import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import type { DaemonClient } from "../../client/daemon-client.ts"
import { alyxError } from "../../errors.ts"
import type { SqlStatement } from "../../lib/sql-statements.ts"
import { parseDuration } from "../../lib/units.ts"
import type { QueryMode } from "../../ui/data/query-output.ts"
import { DataCommand } from "../data-command.ts"

/** `alyx db query`. */
export default class DbQuery extends DataCommand {
  static override summary = "Run SQL on the database; it only reads, unless --write is given."
  static override description =
    "Collections are tables, fields are columns; bools are 0 and 1, json is text. With --write each statement is a transaction of its own: what it changes is seen by everybody, but only what the database itself holds is checked (types, null, unique, references, enum, lengths), no pattern, format or rule. A statement that takes longer than 10 s is ended."
  static override examples = [
    "alyx db query 'SELECT count(*) FROM posts'",
    `alyx db query "UPDATE posts SET published = 0" --write`,
    "alyx db query 'SELECT * FROM users' --csv > users.csv",
    "alyx db query - < report.sql",
  ]
  static override args = {
    sql: Args.string({
      description: "The statement; - reads statements from stdin.",
      required: true,
      ignoreStdin: true,
    }),
  }
  static override flags = {
    write: Flags.boolean({ default: false, summary: "Let the statement change documents." }),
    csv: Flags.boolean({ default: false, exclusive: ["ndjson", "json"], summary: "Print rows as CSV." }),
    ndjson: Flags.boolean({
      default: false,
      exclusive: ["csv", "json"],
      summary: "Print an object a row, a line each.",
    }),
    limit: Flags.integer({
      default: 100_000,
      min: 1,
      max: 10_000_000,
      helpValue: "<rows>",
      summary: "How many rows are printed at most.",
    }),
    timeout: Flags.string({ default: "10s", helpValue: "<duration>", summary: "How long a statement may take." }),
  }

  /** What a problem's place refers to: the statement that ran last. */
  #sql = ""

  protected override readonly readProjectFile = (): string => this.#sql

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(DbQuery)
    const timeoutMs = parseDuration(flags.timeout)
    if (timeoutMs === null || timeoutMs < 1 || timeoutMs > 3_600_000) {
      throw alyxError("USAGE", {
        message: `--timeout ${flags.timeout} is no duration up to 1h.`,
        next: "As in --timeout 60s.",
      })
    }
    const script = args.sql === "-" ? await text(process.stdin) : args.sql
    const { splitSql } = await import("../../lib/sql-statements.ts")
    const statements = splitSql(script)
    if (statements.length === 0) {
      throw alyxError("USAGE", {
        message: "There is no statement.",
        next: "alyx db query 'SELECT count(*) FROM posts'",
      })
    }
    const mode = this.jsonEnabled() ? "json" : flags.csv ? "csv" : flags.ndjson ? "ndjson" : "table"
    const wanted = { write: flags.write, rowCountMax: flags.limit, timeoutMs, mode } as const
    await this.withDaemon(async (client) => {
      for (const statement of statements) await this.#run(client, statement, wanted)
    })
  }

  /** The rows have been written as they came. */
  override logJson(json: unknown): void {
    if (json !== undefined) super.logJson(json)
  }

  async #run(
    client: DaemonClient,
    { sql }: SqlStatement,
    { mode, ...wanted }: { readonly mode: QueryMode; write: boolean; rowCountMax: number; timeoutMs: number },
  ): Promise<void> {
    const { askQuery } = await import("../../client/query-answer.ts")
    const { showQueryAnswer } = await import("../../ui/data/query-output.ts")
    this.#sql = sql
    const answer = await askQuery(client, { sql, ...wanted })
    await showQueryAnswer(answer, { mode, terminal: this.terminal })
  }
}
