import type { Logger } from "../../lib/logger.ts"
import type { ProjectPaths } from "../../project/paths.ts"
import type { ReloadReport } from "../served/reload-report.ts"
import type { Reload } from "../served/reload.ts"
import type { Service } from "../service.ts"
import { DevLoop } from "./dev-loop.ts"
import type { DevEvent } from "./dev-loop.ts"
import type { FileHashes } from "./file-hashes.ts"
import { ProjectWatcher } from "./project-watcher.ts"
import { explainWatchError } from "./watch-error.ts"

export interface FollowedFiles {
  readonly paths: ProjectPaths
  /** False where schema and migrations are followed at a restart only. */
  readonly isSchemaFollowed: boolean
  readonly configFiles: readonly string[]
  /** What the files held when the daemon began to read them. */
  readonly seen: FileHashes
  readonly reloadSchema: Reload
  readonly reloadConfig: Reload
  readonly report: (report: ReloadReport) => void
  readonly logger: Logger
}

/** Starts to follow the files: watcher, loop, reloads. Stop ends the watcher first, then what it began. */
export async function followFiles(followed: FollowedFiles): Promise<Pick<Service, "stop">> {
  const { paths, isSchemaFollowed, configFiles, seen, reloadSchema, reloadConfig, report, logger } = followed
  const loop = new DevLoop({ reloadSchema, reloadConfig, report, elapsed: () => performance.now() })
  const watcher = new ProjectWatcher({
    root: paths.root,
    files: new Map<string, DevEvent["type"]>([
      ...(isSchemaFollowed ? [[paths.schemaFile, "schema-changed"] as const] : []),
      ...configFiles.map((file) => [file, "config-changed"] as const),
    ]),
    folder: isSchemaFollowed ? { path: paths.migrationsDir, type: "migrations-changed" } : null,
    seen,
    onEvent: (event) => loop.handle(event),
    onError: (error) => logger.warn(explainWatchError(error), { error }),
  })
  await watcher.start()
  return {
    async stop() {
      await watcher.stop()
      await loop.stop()
    },
  }
}
