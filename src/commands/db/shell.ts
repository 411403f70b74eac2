import path from "node:path"

import { DataCommand } from "../data-command.ts"

/** `alyx db shell`. */
export default class DbShell extends DataCommand {
  static override summary = "Type SQL and see its rows."
  static override description =
    "Statements end with a semicolon and may have several lines. It only reads until .write on. .help lists what else there is. Input that is no terminal is run as a script, which ends at the first error."
  static override examples = ["alyx db shell", "alyx db shell < report.sql"]
  static override enableJsonFlag = false

  #lastSql = (): string => ""

  protected override readonly readProjectFile = (): string => this.#lastSql()

  override async run(): Promise<void> {
    await this.parse(DbShell)
    const { SqlShell } = await import("../../ui/data/sql-shell.ts")
    const historyFile = path.join(this.project().stateDir, "shell_history")
    await this.withDaemon(async (client) => {
      const shell = new SqlShell({
        client,
        terminal: this.terminal,
        historyFile,
        input: process.stdin,
        output: process.stdout,
      })
      this.#lastSql = () => shell.lastSql
      await shell.run()
    })
  }
}
