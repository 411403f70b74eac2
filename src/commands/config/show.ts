import * as Flags from "@oclif/core/flags"

import { alyxError } from "../../errors.ts"
import { configRows } from "../../project/config-rows.ts"
import { loadConfig } from "../../project/load-config.ts"
import { describeOrigin } from "../../project/origin.ts"
import { renderNotices } from "../../ui/problem-list.ts"
import { renderTable } from "../../ui/table.ts"
import { BaseCommand } from "../base-command.ts"

/** `alyx config show`. */
export default class ConfigShow extends BaseCommand {
  static override summary = "Print the configuration, with secrets masked."
  static override examples = ["alyx config show --origin", "alyx config show --mode start --json"]
  static override flags = {
    origin: Flags.boolean({ summary: "Say where each value came from." }),
    mode: Flags.option({
      options: ["dev", "start"] as const,
      default: "dev" as const,
      helpValue: "<mode>",
      summary: "As which command would see it; some defaults differ.",
    })(),
  }

  override async run(): Promise<unknown> {
    const { flags } = await this.parse(ConfigShow)
    const { root } = this.project()
    const { config, problems, notices, origins } = loadConfig({ root, env: process.env, flags: {}, mode: flags.mode })
    if (config === null) throw alyxError("CONFIG_INVALID", { problems })
    const rows = configRows(config, origins)
    const { paint } = this.terminal.out
    const cells = rows.map(({ path, text, origin }) => [
      paint("name", path),
      text ?? paint("quiet", "(not set)"),
      ...(flags.origin ? [paint("quiet", describeOrigin(origin))] : []),
    ])
    this.print(renderTable(cells))
    if (notices.length > 0) this.notice(`\n${renderNotices(notices, this.terminal.err.paint)}`)
    const options = rows.map(({ path, origin, unit, ...row }) => [
      path,
      { ...row, ...(unit === null ? {} : { unit }), origin, from: describeOrigin(origin) },
    ])
    return { mode: flags.mode, options: Object.fromEntries(options) as unknown, notices }
  }
}
