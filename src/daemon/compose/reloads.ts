import type { ReleaseStack } from "../../lib/release-stack.ts"
import { projectPaths } from "../../project/paths.ts"
import type { DaemonStatus } from "../status/daemon-status.ts"
import type { Reload } from "../served/reload.ts"
import { reloadOnce } from "../served/reload-once.ts"
import type { FileHashes } from "../dev/file-hashes.ts"
import type { HttpApp } from "../http/app.ts"
import { refuseOpenAddress } from "../http/loopback.ts"
import { listenOn, urlOf } from "../http/listen-on.ts"
import { writeProcessFile } from "../status/process-file.ts"
import { readConfig } from "../served/read-config.ts"
import { configReload } from "../served/reload-config.ts"
import { addressOptions } from "./open-http.ts"
import type { Parts } from "./open-parts.ts"
import { requireTokenSecret } from "./require-token-secret.ts"

/** What is done when a file of the project changes; both take turns with whatever else changes the database. */
export function makeReloads(
  parts: Parts,
  { http, status }: { http: HttpApp; status: DaemonStatus },
): { schema: Reload; config: Reload } {
  const { options, logger, database, turns, migrations, signals } = parts
  const reloadSchema = turns.inTurn(migrations.reload)
  return {
    schema: (isCurrent) => reloadSchema(isCurrent).finally(() => signals.nudge("schema-files")),
    config: turns.inTurn(
      configReload({
        ...parts,
        mode: options.mode,
        read: () => readConfig(options),
        openDatabase: (settings) => database.openNext(settings, (engine) => migrations.prepare(engine)),
        async reopenListener(next) {
          refuseOpenAddress(next.config)
          requireTokenSecret(next.config, options.mode)
          const move = { drainTimeoutMs: next.config.server.drainTimeoutMs }
          return urlOf(await listenOn((address) => http.relisten(address, move), addressOptions(parts, next)))
        },
        async onSwapped({ log }) {
          logger.configure(log)
          const { daemonFile } = projectPaths(options.root)
          await writeProcessFile(daemonFile, status.file()).catch((error: unknown) => {
            logger.warn("daemon.json could not be written again; commands may not find the new address.", { error })
          })
        },
      }),
    ),
  }
}

/**
 * Follows the configuration, and in dev the schema and the migrations as well. Under `alyx start` these wait for the
 * restart, where somebody looks on.
 */
export async function followProject(
  parts: Parts,
  { reloads, seen }: { reloads: { schema: Reload; config: Reload }; seen: FileHashes },
  release: ReleaseStack,
): Promise<void> {
  const { root, mode } = parts.options
  const { followFiles } = await import("../dev/follow-files.ts")
  const following = await followFiles({
    ...parts,
    paths: projectPaths(root),
    isSchemaFollowed: mode === "dev",
    configFiles: parts.read.files,
    seen,
    reloadSchema: reloads.schema,
    reloadConfig: reloads.config,
  })
  release.push("file watcher", () => following.stop())
}

/** What a save of every followed file would do. */
export async function reloadFiles(
  { options, report }: Parts,
  reloads: { readonly schema: Reload; readonly config: Reload },
): Promise<void> {
  await reloadOnce("config", reloads.config, report)
  if (options.mode === "dev") await reloadOnce("schema", reloads.schema, report)
}
