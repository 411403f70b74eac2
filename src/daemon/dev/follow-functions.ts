import { LatestOnly } from "../../lib/latest-only.ts"
import type { Logger } from "../../lib/logger.ts"
import type { ProjectPaths } from "../../project/paths.ts"
import type { FunctionLoader } from "../functions/function-loader.ts"
import type { Service } from "../service.ts"
import { followedFiles } from "./concerned-functions.ts"
import { FunctionLoop } from "./function-loop.ts"
import { FunctionWatcher } from "./function-watcher.ts"
import { explainWatchError } from "./watch-error.ts"

export interface FollowedFunctions {
  readonly loader: FunctionLoader
  readonly paths: ProjectPaths
  readonly logger: Logger
}

/**
 * Starts to follow the functions folder and loads what is in it; the daemon does not wait for the builds.
 */
export async function followFunctions(followed: FollowedFunctions): Promise<Pick<Service, "stop">> {
  const { loader, paths, logger } = followed
  const places = { root: paths.root, folder: loader.functionsDir }
  const following = new LatestOnly<void>(() =>
    watcher
      .follow(followedFiles(places, { sources: loader.sources, envFiles: paths.envFiles }))
      .catch((error: unknown) => logger.warn("Files that functions read cannot be followed.", { error })),
  )
  const follow = (): void => following.push()
  const loop = new FunctionLoop({ loader, places, logger, onTurn: follow })
  const watcher = new FunctionWatcher({
    folder: loader.functionsDir,
    onChange: (changed) => loop.handle(changed),
    onError: (error) => logger.warn(explainWatchError(error), { error }),
  })
  await watcher.start()
  follow()
  await following.idle()
  // Not after all builds of a turn: what the first one reads may be saved while the last one runs.
  const forget = loader.onInputs(follow)
  loop.reloadAll()
  return {
    async stop() {
      forget()
      loop.stop()
      await following.stop()
      await watcher.stop()
    },
  }
}
