import type { ReleaseStack } from "../../lib/release-stack.ts"
import { projectPaths } from "../../project/paths.ts"
import { keepFunctionTypes } from "./function-types.ts"
import type { OpenedFunctions } from "./open-functions.ts"
import type { Parts } from "./open-parts.ts"

/**
 * Loads the functions. In dev the daemon does not wait for their builds; under `alyx start` it is ready when they are, and one
 * that fails stops nothing. Where their files are followed, those who follow load them, so that no save is missed.
 */
export async function startFunctions(parts: Parts, functions: OpenedFunctions, release: ReleaseStack): Promise<void> {
  const { options, config, logger } = parts
  const { loader } = functions
  if (options.mode === "dev") keepFunctionTypes(parts, functions, release)
  if (options.isWatching && config.current.functions.watch) {
    const { followFunctions } = await import("../dev/follow-functions.ts")
    const following = await followFunctions({ loader, paths: projectPaths(options.root), logger })
    release.push("watcher of functions", () => following.stop())
  }
  const loaded = loader.loaded().catch((error: unknown) => {
    logger.error("The functions could not be loaded; alyx restart tries again.", { error })
  })
  if (options.mode === "start") await loaded
}
