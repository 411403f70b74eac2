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
  const follow = (): Promise<void> =>
    watcher.follow(followedFiles(places, { sources: loader.sources, envFiles: paths.envFiles }))
  const loop = new FunctionLoop({ loader, places, logger, onTurn: follow })
  const watcher = new FunctionWatcher({
    folder: loader.functionsDir,
    onChange: (changed) => loop.handle(changed),
    onError: (error) => logger.warn(explainWatchError(error), { error }),
  })
  await watcher.start()
  await follow()
  loop.reloadAll()
  return {
    async stop() {
      loop.stop()
      await watcher.stop()
    },
  }
}
