import { createInterface } from "node:readline"
import type { Interface } from "node:readline"

import type { DaemonClient } from "../../client/daemon-client.ts"
import { askQuery } from "../../client/query-answer.ts"
import { alyxError, isAlyxError } from "../../errors.ts"
import { nearestWord } from "../../lib/nearest-word.ts"
import { SqlStatements } from "../../lib/sql-statements.ts"
import type { SchemaResponse } from "../../protocol/admin-api.ts"
import type { SchemaJson } from "../../schema/schema-json.ts"
import { renderError } from "../render-error.ts"
import type { Terminal } from "../terminal.ts"
import { queryModes, showQueryAnswer } from "./query-output.ts"
import type { QueryMode } from "./query-output.ts"
import { historyCountMax, readHistory, writeHistory } from "./shell-history.ts"
import { jsonOf } from "./query-values.ts"
import { completeSql, dotCommands } from "./shell-words.ts"

/** What SqlShell needs. */
export interface SqlShellParts {
  readonly client: DaemonClient
  readonly terminal: Terminal
  readonly historyFile: string
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
}

const help = `.tables            the collections
.schema [name]     the statements that made the tables
.indexes           the indexes
.mode <mode>       how rows are shown: ${queryModes.join(", ")}
.write on|off      whether statements may change documents
.quit              leave, as Ctrl-D does
Ctrl-C throws away what has been typed, or ends the statement that runs.
`

/** Reads statements from a person, or from a script, and shows their rows. */
export class SqlShell {
  readonly #parts: SqlShellParts
  #statements = new SqlStatements()
  #mode: QueryMode = "table"
  #mayWrite = false
  #schema: SchemaJson = { format: 1, collections: [] }
  #running: AbortController | undefined
  #isOver = false
  #lastSql = ""

  constructor(parts: SqlShellParts) {
    this.#parts = parts
  }

  /** The statement that ran last, which the place of an error refers to. */
  get lastSql(): string {
    return this.#lastSql
  }

  /** Resolves when the input has ended; of a script the first error is thrown. */
  async run(): Promise<void> {
    const { terminal } = this.#parts
    if (terminal.interactive) await this.#runAtTerminal()
    else await this.#runScript()
  }

  async #runScript(): Promise<void> {
    const lines = createInterface({ input: this.#parts.input, terminal: false })
    for await (const line of lines) {
      await this.#take(line)
      if (this.#isOver) return
    }
    const rest = this.#statements.rest()
    if (rest !== undefined) await this.#query(rest.sql)
  }

  async #runAtTerminal(): Promise<void> {
    const { terminal, historyFile, input, output, client } = this.#parts
    this.#schema = (await client.get<SchemaResponse>("/api/admin/schema")).schema as SchemaJson
    const lines = createInterface({
      input,
      output,
      terminal: true,
      history: readHistory(historyFile),
      historySize: historyCountMax,
      removeHistoryDuplicates: true,
      completer: (line: string) => completeSql(line, this.#schema),
    })
    let history: readonly string[] = []
    lines.on("history", (all: string[]) => (history = [...all]))
    lines.on("SIGINT", () => this.#interrupt(lines))
    terminal.err.write("SQL, each statement with its semicolon; .help for more, Ctrl-D to leave.\n")
    this.#prompt(lines)
    for await (const line of lines) {
      await this.#take(line).catch((error: unknown) => this.#show(error))
      if (this.#isOver) break
      this.#prompt(lines)
    }
    lines.close()
    if (!this.#isOver) output.write("\n")
    if (history.length > 0) await writeHistory(historyFile, history)
  }

  #prompt(lines: Interface): void {
    const mark = this.#mayWrite ? "alyx (write)> " : "alyx> "
    lines.setPrompt(this.#statements.isOpen ? "...> ".padStart(mark.length) : mark)
    lines.prompt()
  }

  #interrupt(lines: Interface): void {
    if (this.#running !== undefined) return this.#running.abort()
    this.#statements = new SqlStatements()
    this.#parts.output.write("^C\n")
    // Takes away what stands on the line, which has no other way.
    lines.write(null, { ctrl: true, name: "e" })
    lines.write(null, { ctrl: true, name: "u" })
    this.#prompt(lines)
  }

  async #take(line: string): Promise<void> {
    if (!this.#statements.isOpen && line.trimStart().startsWith(".")) return this.#command(line.trim())
    for (const { sql } of this.#statements.push(`${line}\n`)) await this.#query(sql)
    // Nothing but white space is left.
    if (!this.#statements.isOpen) this.#statements = new SqlStatements()
  }

  async #command(line: string): Promise<void> {
    const [name = "", argument] = line.replace(/;$/, "").split(/\s+/)
    switch (name) {
      case ".quit":
      case ".exit":
        this.#isOver = true
        return
      case ".help":
        return this.#parts.terminal.out.write(help)
      case ".tables":
        return this.#query(tablesSql)
      case ".indexes":
        return this.#query(indexesSql)
      case ".schema":
        return this.#showSchema(argument)
      case ".mode":
        this.#mode = oneOf(queryModes, name, argument)
        return
      case ".write":
        this.#mayWrite = oneOf(["on", "off"], name, argument) === "on"
        return
      default: {
        const nearest = nearestWord(name, dotCommands)
        const next = nearest === undefined ? ".help lists what there is." : `Did you mean ${nearest}?`
        throw alyxError("USAGE", { message: `There is no ${name}.`, next })
      }
    }
  }

  async #showSchema(name: string | undefined): Promise<void> {
    const where = name === undefined ? "name NOT GLOB 'sqlite_*'" : `tbl_name = '${name.replaceAll("'", "''")}'`
    const sql = `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND ${where} ORDER BY rowid`
    const { rows } = await askQuery(this.#parts.client, { sql })
    let count = 0
    for await (const [text] of rows) {
      this.#parts.terminal.out.write(`${String(jsonOf(text ?? null))};\n`)
      count += 1
    }
    if (count === 0 && name !== undefined)
      throw alyxError("COLLECTION_NOT_FOUND", { message: `There is no table ${name}.` })
  }

  async #query(sql: string): Promise<void> {
    const { client, terminal } = this.#parts
    const running = new AbortController()
    this.#running = running
    this.#lastSql = sql
    try {
      const answer = await askQuery(client, { sql, write: this.#mayWrite }, { signal: running.signal })
      await showQueryAnswer(answer, { mode: this.#mode, terminal })
    } catch (error) {
      if (!running.signal.aborted) throw error
      terminal.err.write(this.#mayWrite ? endedWrite : "The statement was ended.\n")
    } finally {
      this.#running = undefined
    }
  }

  #show(error: unknown): void {
    if (!isAlyxError(error)) throw error
    const { err, asRunHere } = this.#parts.terminal
    err.write(asRunHere(renderError(error, { paint: err.paint, readText: () => this.#lastSql })))
  }
}

/** Its commit may have begun when the person pressed the keys. */
const endedWrite = "The statement was ended; nothing was written, unless it was done just then.\n"

function oneOf<const Word extends string>(words: readonly Word[], name: string, given: string | undefined): Word {
  const found = words.find((word) => word === given)
  if (found !== undefined) return found
  throw alyxError("USAGE", { message: `${name} takes one of ${words.join(", ")}.` })
}

const tablesSql = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '_alyx_*' AND name NOT GLOB 'sqlite_*' ORDER BY name`

const indexesSql = `SELECT name, tbl_name AS "table", sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY tbl_name, name`
