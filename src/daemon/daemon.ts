import { ReleaseStack } from "../lib/release-stack.ts"
import { endedPruner } from "./auth/ended-pruner.ts"
import { explainFileError } from "../project/file-errors.ts"
import { projectPaths } from "../project/paths.ts"
import { writeEditorSchemas } from "../project/editor-schemas.ts"
import type { DaemonFile } from "../protocol/admin-api.ts"
import type { DaemonStatus } from "./status/daemon-status.ts"
import { reloadOnce } from "./served/reload-once.ts"
import { hashProject } from "./dev/hash-project.ts"
import { AccountSweep } from "./records/account-sweep.ts"
import { firstSchema } from "./served/first-schema.ts"
import type { HttpApp } from "./http/app.ts"
import { DatabaseWatch } from "./status/database-watch.ts"
import { IdleStop } from "./status/idle-stop.ts"
import { removeProcessFile, writeProcessFile } from "./status/process-file.ts"
import { changePruner } from "./storage/change-pruner.ts"
import type { DaemonOptions, RunningDaemon } from "./compose/daemon-options.ts"
import { tellFirstAdminLink } from "./compose/first-admin-link.ts"
import { openHttp } from "./compose/open-http.ts"
import { endMigrations, openParts } from "./compose/open-parts.ts"
import type { Parts } from "./compose/open-parts.ts"
import { startFunctions } from "./compose/start-functions.ts"
import { logCrashes } from "./log-crashes.ts"
import { followProject, makeReloads, reloadFiles } from "./compose/reloads.ts"

/** Makes and starts every part, in order; what was acquired is released in reverse, also when a start fails. */
export async function startDaemon(options: DaemonOptions): Promise<RunningDaemon> {
  const release = new ReleaseStack()
  try {
    const seen = await hashProject(projectPaths(options.root))
    const processFile = promiseProcessFile(options.root, release)
    const parts = await openParts(options, release)
    release.push("log of crashes", logCrashes(parts.logger))
    const { http, status, data, auth, functions } = await openHttp(parts, release)
    await firstSchema({ ...options, ...parts })
    await processFile.write(status.file())
    data.whenReplaced(() => functions.carryOverSecrets())
    if (options.mode === "tool") return toolDaemon(parts, status, release)
    await watchDatabase(parts, release)
    await pruneChangeLog(parts, release)
    await pruneAccounts(parts, release)
    await sweepAccounts(parts, release)
    const reloads = makeReloads(parts, { http, status })
    data.whenReplaced(async () => {
      await functions.carryOverSecrets()
      parts.signals.nudge("database")
      if (options.mode === "dev") await reloadOnce("schema", reloads.schema, parts.report)
    })
    if (options.mode === "dev") await writeEditorSchemas(options.root)
    if (options.isWatching) await followProject(parts, { reloads, seen }, release)
    await startFunctions(parts, functions, release)
    if (options.mode === "dev" && !options.isForeground) await stopWhenIdle(parts, http, release)
    const { logger, schemas } = parts
    logger.info(`Serving ${status.file().url}`, { mode: options.mode, collections: schemas.current.collections.size })
    for (const notice of parts.findings.takeNewNotices()) logger.warn(notice)
    await tellFirstAdminLink(auth, parts)
    return {
      file: status.file(),
      reloadFiles: () => reloadFiles(parts, reloads),
      stop: () => stopParts(parts, release),
    }
  } catch (error) {
    await release.releaseAll()
    throw explainFileError(error)
  }
}

/** Nothing is followed, and nothing is told, for the length of one command. */
function toolDaemon(parts: Parts, status: DaemonStatus, release: ReleaseStack): RunningDaemon {
  const { logger } = parts
  return {
    file: status.file(),
    reloadFiles: () => Promise.resolve(),
    stop: async () => {
      endMigrations(parts)
      const failures = await release.releaseAll()
      for (const { name, error } of failures) logger.lines.error(`The ${name} could not be closed.`, { error })
      return failures
    },
  }
}

async function stopParts(parts: Parts, release: ReleaseStack): ReturnType<RunningDaemon["stop"]> {
  const { lines } = parts.logger
  endMigrations(parts)
  lines.info("Stopping; requests under way are finished first.")
  const failures = await release.releaseAll()
  for (const { name, error } of failures) lines.error(`The ${name} could not be closed.`, { error })
  lines.info("Stopped.")
  return failures
}

async function watchDatabase({ database, logger }: Parts, release: ReleaseStack): Promise<void> {
  const watch = new DatabaseWatch({ database, logger })
  await watch.start()
  release.push("database watch", () => watch.stop())
}

async function pruneChangeLog({ database, clock, config, logger }: Parts, release: ReleaseStack): Promise<void> {
  const pruner = changePruner({
    database,
    clock,
    limits() {
      const { changeRetentionMs, changeRowsMax, changeBytesMax } = config.current.database
      return { ageMsMax: changeRetentionMs, rowCountMax: changeRowsMax, bytesMax: changeBytesMax }
    },
    onWarning: (error) => logger.warn("The change log could not be pruned; the next look tries again.", { error }),
  })
  await pruner.start()
  release.push("change pruner", () => pruner.stop())
}

async function pruneAccounts({ database, clock, logger }: Parts, release: ReleaseStack): Promise<void> {
  const pruner = endedPruner({
    database,
    clock,
    onWarning: (error) => logger.warn("Expired sessions could not be deleted; the next look tries again.", { error }),
  })
  await pruner.start()
  release.push("session pruner", () => pruner.stop())
}

async function sweepAccounts(parts: Parts, release: ReleaseStack): Promise<void> {
  const { config, logger } = parts
  const sweep = new AccountSweep({
    ...parts,
    collection: () => config.current.auth.collection,
    onEnded: (ids) =>
      logger.warn("Accounts have ended, since SQL deleted their documents past the API.", {
        count: ids.length,
        ids: ids.slice(0, 20),
      }),
    onWarning: (error) => logger.warn("Accounts could not be compared with their documents.", { error }),
  })
  await sweep.start()
  release.push("account sweep", () => sweep.stop())
}

/**
 * By the file commands find the daemon, once it is written. It is the last thing to go, after the lock of the database:
 * until then commands tell by it what they wait for.
 */
function promiseProcessFile(root: string, release: ReleaseStack): { write(daemon: DaemonFile): Promise<void> } {
  const { daemonFile } = projectPaths(root)
  let isWritten = false
  release.push("process file", () => (isWritten ? removeProcessFile(daemonFile, process.pid) : undefined))
  return {
    async write(daemon) {
      isWritten = true
      await writeProcessFile(daemonFile, daemon)
    },
  }
}

async function stopWhenIdle(parts: Parts, http: HttpApp, release: ReleaseStack): Promise<void> {
  const { config, activity, clock, options } = parts
  const idle = new IdleStop({
    clock,
    idleTimeoutMs: () => config.current.dev.idleTimeoutMs,
    isWatched: () => activity.followed,
    requestCount: () => http.requestCounts().total,
    onIdle: options.onShutdown,
  })
  await idle.start()
  release.push("idle stop", () => idle.stop())
}
