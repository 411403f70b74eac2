import { stat } from "node:fs/promises"

import { findAnyDaemon } from "../client/find-daemon.ts"
import { withDaemon } from "../client/with-daemon.ts"
import type { ToolLaunch } from "../client/with-daemon.ts"
import { isAlyxError } from "../errors.ts"
import type { OnProgress } from "../protocol/progress.ts"
import { checkAccess, checkAdmins } from "./access-checks.ts"
import type { CheckSurroundings, Finding } from "./check.ts"
import { checkDatabase } from "./database-checks.ts"
import { checkGitIgnore, checkModes, checkStaleFiles } from "./file-checks.ts"
import { checkDisk, checkNode, checkPort, checkWatches } from "./machine-checks.ts"
import { checkConfig, checkSchema, configToCheck } from "./project-checks.ts"

/** A finding after what could be mended was. */
export interface Result extends Omit<Finding, "fix"> {
  /** True when `--fix` would mend it. */
  readonly canBeFixed: boolean
  /** What was done about it; null when nothing was. */
  readonly fixed: string | null
}

/** What the checks are told. */
export interface DoctorOptions {
  readonly launch: ToolLaunch
  readonly env: CheckSurroundings["env"]
  readonly version: string
  readonly packageRoot: string
  /** Mends what can be mended without losing anything. */
  readonly fix: boolean
  readonly onProgress: OnProgress
}

/** Looks at the machine, the project, and last at the database, for which it may start a daemon of its own. */
export async function runChecks(options: DoctorOptions): Promise<readonly Result[]> {
  const { launch, env, fix } = options
  const { paths } = launch
  const loaded = configToCheck(paths.root, env)
  const surroundings = { ...options, paths, config: loaded.config, now: () => new Date() }
  const daemon = await findAnyDaemon(paths).catch(() => undefined)
  const { config } = loaded
  const databaseBytes = config === null ? 0 : await sizeOf(config.database.path)
  const findings = [
    checkNode(options),
    checkConfig(loaded),
    checkSchema(surroundings),
    checkAccess(surroundings),
    await checkGitIgnore(surroundings),
    await checkStaleFiles(surroundings, daemon),
    await checkModes(surroundings),
    await checkPort(surroundings, daemon),
    await checkDisk(surroundings, databaseBytes),
    checkWatches(),
  ].filter((finding) => finding !== undefined)
  const results = await settleAll(findings, fix)
  return [...results, ...(await settleAll(await lookIntoDatabase(options, surroundings), fix))]
}

async function lookIntoDatabase(options: DoctorOptions, surroundings: CheckSurroundings): Promise<readonly Finding[]> {
  const { launch, onProgress } = options
  const title = "Database"
  if (surroundings.config === null && (await findAnyDaemon(launch.paths).catch(() => undefined)) === undefined) {
    return [{ title, status: "skipped", message: "The configuration has to be mended first." }]
  }
  try {
    return await withDaemon(launch, async (client, daemon) => [
      ...(await checkDatabase(client, daemon, { ...surroundings, onProgress })),
      ...(await checkAdmins(client)),
    ])
  } catch (error) {
    if (!isAlyxError(error)) throw error
    const { message, next } = error
    const status = error.code === "NO_DAEMON" ? "skipped" : "problem"
    return [{ title, status, message, ...(next === undefined ? {} : { next }) }]
  }
}

async function settleAll(findings: readonly Finding[], mayFix: boolean): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const finding of findings) results.push(await settle(finding, mayFix))
  return results
}

async function settle({ fix, ...finding }: Finding, mayFix: boolean): Promise<Result> {
  if (fix === undefined || !mayFix) return { ...finding, canBeFixed: fix !== undefined, fixed: null }
  try {
    return { ...finding, status: "ok", canBeFixed: true, fixed: await fix() }
  } catch (error) {
    const message = `${finding.message} It could not be mended: ${(error as Error).message}`
    return { ...finding, message, status: "problem", canBeFixed: true, fixed: null }
  }
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  )
}
