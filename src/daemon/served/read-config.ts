import { alyxError } from "../../errors.ts"
import type { Config } from "../../project/config.ts"
import { loadConfig } from "../../project/load-config.ts"
import type { ConfigSources } from "../../project/load-config.ts"

/** A configuration that may be put in force. */
export interface ReadConfig {
  readonly config: Config
  readonly notices: readonly string[]
  /** True when the port was asked for by a flag, so that no other one may be taken instead. */
  readonly isPortAsked: boolean
  /** Absolute paths of the files that have a say, to be watched. */
  readonly files: readonly string[]
}

/** Reads the configuration; throws CONFIG_INVALID with every problem. */
export function readConfig(sources: ConfigSources): ReadConfig {
  const { config, problems, notices, origins, files } = loadConfig(sources)
  if (config === null) {
    const count = problems.length === 1 ? "a problem" : `${problems.length} problems`
    throw alyxError("CONFIG_INVALID", { message: `The configuration has ${count}.`, problems })
  }
  const sentences = notices.map((notice) => notice.message)
  return { config, notices: sentences, files, isPortAsked: origins.get("server.port")?.kind === "flag" }
}
