import * as Flags from "@oclif/core/flags"

import { DataCommand } from "./data-command.ts"

/** `alyx doctor`. */
export default class Doctor extends DataCommand {
  static override summary = "Look for what is wrong with this machine, this project and its database."
  static override description =
    "Checks Node.js, the configuration, files and their modes, the port, the disk, the daemon, the whole database and its schema, and says what to do. Ends with 1 when there is a problem; warnings alone end with 0."
  static override examples = ["alyx doctor", "alyx doctor --fix", "alyx doctor --json"]
  static override flags = {
    fix: Flags.boolean({ summary: "Do the safe part: remove stale files, close files that others may read." }),
  }

  override async run(): Promise<unknown> {
    const { flags } = await this.parse(Doctor)
    const [{ runChecks }, { renderResults }] = await Promise.all([
      import("../doctor/run-checks.ts"),
      import("../ui/doctor-text.ts"),
    ])
    const results = await runChecks({
      launch: this.toolLaunch(),
      env: process.env,
      version: this.config.version,
      packageRoot: this.config.root,
      fix: flags.fix,
      onProgress: ({ message }) => this.showProgress(`${message}…`),
    })
    const { out, asRunHere } = this.terminal
    const look = { paint: out.paint, columns: Math.min(out.columns, 120), readText: this.readProjectFile }
    this.print(asRunHere(renderResults(results, look)))
    if (results.some(({ status }) => status === "problem")) process.exitCode = 1
    return { ok: !results.some(({ status }) => status === "problem"), checks: results }
  }
}
