import { diffConfigs, takeLiveOptions } from "../../project/config.ts"
import type { ChangedOption, Config } from "../../project/config.ts"
import type { DaemonMode } from "../../protocol/admin-api.ts"
import type { ConfigHolder } from "./config-holder.ts"
import type { Reload } from "./reload.ts"
import type { NextDatabase } from "./served-database.ts"
import type { Findings } from "./findings.ts"
import type { ReadConfig } from "./read-config.ts"
import { toWireError } from "../../protocol/wire-error.ts"

export interface ConfigReloadParts {
  readonly mode: DaemonMode
  readonly read: () => ReadConfig
  readonly config: ConfigHolder
  readonly findings: Findings
  /** Opens the database with other settings beside the present one, at the present schema, or throws. */
  readonly openDatabase: (settings: Config["database"]) => Promise<NextDatabase>
  /** Goes on with another listener, or throws and leaves the old one. Returns where it listens. */
  readonly reopenListener: (read: ReadConfig) => Promise<string>
  /** Takes over what is not read from the holder at each use. */
  readonly onSwapped: (config: Config) => Promise<void>
}

/**
 * Follows the configuration. Live options act at once. One that needs a restart re-opens in dev what it belongs to,
 * the listener or the database; under `alyx start` it is reported and waits for the restart.
 */
export function configReload(parts: ConfigReloadParts): Reload {
  const { mode, read, config, findings } = parts
  return async (isCurrent) => {
    try {
      const next = read()
      const changed = diffConfigs(config.current, next.config)
      if (!isCurrent()) return { changes: [] }
      const changes = mode === "dev" ? await reopen(parts, next, changed) : []
      config.swap(mode === "dev" ? next.config : takeLiveOptions(config.current, next.config))
      findings.setGood("config", next.notices)
      await parts.onSwapped(config.current)
      return { changes: [...changed.map((option) => describe(option, mode)), ...changes] }
    } catch (error) {
      findings.setBad("config", toWireError(error))
      throw error
    }
  }
}

/**
 * Re-opens what the changed options belong to. The new database is prepared, then the listener is moved, then the
 * database is swapped in, which cannot fail: so either everything of a save is in force, or nothing.
 */
async function reopen(
  parts: ConfigReloadParts,
  next: ReadConfig,
  changed: readonly ChangedOption[],
): Promise<string[]> {
  const sections = changed.flatMap(({ path, reload }) =>
    reload === "restart" ? [path.split(".").slice(0, -1).join(".")] : [],
  )
  const done: string[] = []
  const database = sections.includes("database") ? await parts.openDatabase(next.config.database) : null
  try {
    if (sections.includes("server")) done.push(`The listener was opened again: ${await parts.reopenListener(next)}`)
  } catch (error) {
    await database?.discard()
    throw error
  }
  await database?.swap()
  if (database !== null) done.unshift("The database was opened again.")
  return done
}

function describe({ path, reload }: ChangedOption, mode: DaemonMode): string {
  return reload === "restart" && mode === "start"
    ? `${path} changed; it acts after \`alyx restart\`.`
    : `${path} changed.`
}
