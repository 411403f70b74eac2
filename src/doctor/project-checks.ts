import type { Problem } from "../errors.ts"
import { loadConfig } from "../project/load-config.ts"
import type { LoadedConfig } from "../project/load-config.ts"
import { loadProjectSchema } from "../project/load-schema.ts"
import type { CheckSurroundings, Finding } from "./check.ts"
import { fine } from "./check.ts"

/** The configuration as `alyx start` would read it, with what is unknown or not used. */
export function checkConfig(loaded: LoadedConfig): Finding {
  // Of an open server the check of access tells.
  const notices = loaded.notices.filter(({ code }) => code !== "INSECURE_OPEN")
  return findingOf("Configuration", { ...loaded, notices }, "alyx.yaml, .env and the environment fit together.")
}

/** schema.yaml as it is written. */
export function checkSchema({ paths }: CheckSurroundings): Finding {
  const loaded = loadProjectSchema(paths.root)
  const { size } = loaded.schema?.collections ?? { size: 0 }
  return findingOf("schema.yaml", loaded, `${size} ${size === 1 ? "collection" : "collections"}.`)
}

/** Reads the configuration for the checks; a server's is stricter than a dev daemon's, and is what counts in the end. */
export function configToCheck(root: string, env: CheckSurroundings["env"]): LoadedConfig {
  return loadConfig({ root, env, flags: {}, mode: "start" })
}

function findingOf(
  title: string,
  { problems, notices }: { readonly problems: readonly Problem[]; readonly notices: readonly Problem[] },
  good: string,
): Finding {
  if (problems.length > 0) {
    const message = problems.length === 1 ? "There is a problem." : `There are ${problems.length} problems.`
    return { title, status: "problem", message, problems, next: "Mend what is listed." }
  }
  if (notices.length === 0) return fine(title, good)
  return { title, status: "note", message: notices.map((notice) => notice.message).join(" ") }
}
