import { diffConfigs, takeLiveOptions } from "../../project/config.ts"
import type { ChangedOption, Config } from "../../project/config.ts"
import type { DaemonMode } from "../../protocol/admin-api.ts"
import type { ConfigHolder } from "./config-holder.ts"
import type { Reload } from "./reload.ts"
import type { Findings } from "./findings.ts"
import type { ReadConfig } from "./read-config.ts"
import { toWireError } from "../../protocol/wire-error.ts"

export interface ConfigReloadParts {
  readonly mode: DaemonMode
  readonly read: () => ReadConfig
  readonly config: ConfigHolder
  readonly findings: Findings
  /** Goes on with other settings of the database, or throws and leaves the old ones. */
  readonly reopenDatabase: (settings: Config["database"]) => Promise<void>
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

/** Re-opens what the changed options belong to; the database first, since it can fail without harm. */
async function reopen(
  parts: ConfigReloadParts,
  next: ReadConfig,
  changed: readonly ChangedOption[],
): Promise<string[]> {
  const fixed = changed.filter((option) => option.reload === "restart")
  const done: string[] = []
  if (fixed.some(({ path }) => path.startsWith("database."))) {
    await parts.reopenDatabase(next.config.database)
    done.push("The database was opened again.")
  }
  if (fixed.some(({ path }) => path.startsWith("server."))) {
    done.push(`The listener was opened again: ${await parts.reopenListener(next)}`)
  }
  return done
}

function describe({ path, reload }: ChangedOption, mode: DaemonMode): string {
  return reload === "restart" && mode === "start"
    ? `${path} changed; it acts after \`alyx restart\`.`
    : `${path} changed.`
}
