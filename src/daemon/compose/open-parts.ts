import type { Clock } from "../../lib/clock.ts"
import type { ReleaseStack } from "../../lib/release-stack.ts"
import { projectPaths } from "../../project/paths.ts"
import type { OnProgress } from "../../protocol/progress.ts"
import { Activity } from "../activity.ts"
import { ConfigHolder } from "../served/config-holder.ts"
import { DaemonLog } from "../daemon-log.ts"
import { ReloadTurns } from "../served/reload.ts"
import { onceASecond, progressLine } from "../served/schema-progress.ts"
import { Findings } from "../served/findings.ts"
import { refuseOpenAddress } from "../http/loopback.ts"
import { readConfig } from "../served/read-config.ts"
import type { ReadConfig } from "../served/read-config.ts"
import { reloadReporter } from "../served/reload-report.ts"
import type { ReloadReport } from "../served/reload-report.ts"
import { LastGoodSchema } from "../served/last-good-schema.ts"
import { Migrations } from "../served/migrations.ts"
import { RequestTraces } from "../request-trace.ts"
import { LocalSignals } from "../signals/signals.ts"
import type { Signals } from "../signals/signals.ts"
import { SchemaHolder } from "../schema-holder.ts"
import { ServedDatabase } from "../served/served-database.ts"
import type { DaemonOptions } from "./daemon-options.ts"

/** What the steps of a start hand on to each other. */
export interface Parts {
  readonly options: DaemonOptions
  readonly read: ReadConfig
  readonly config: ConfigHolder
  readonly activity: Activity
  readonly logger: DaemonLog
  readonly findings: Findings
  /** Null but in dev. */
  readonly traces: RequestTraces | null
  readonly report: (report: ReloadReport) => void
  readonly database: ServedDatabase
  readonly signals: Signals
  readonly schemas: SchemaHolder
  readonly turns: ReloadTurns
  readonly migrations: Migrations
  readonly clock: Clock
  /** Tells the log, and who waits for the start, how far a change of large tables is. */
  readonly onProgress: OnProgress
}

/** Makes what everything else is made of, and opens the database. */
export async function openParts(options: DaemonOptions, release: ReleaseStack): Promise<Parts> {
  const { mode, clock } = options
  const read = readConfig(options)
  refuseOpenAddress(read.config)
  const activity = new Activity(() => new Date(clock.now()))
  const logger = new DaemonLog({ mode, output: options.output, activity }, read.config.log)
  const findings = new Findings()
  const report = reloadReporter({ activity, findings, log: logger })
  const traces = mode === "dev" ? new RequestTraces() : null
  findings.setGood("config", read.notices)

  const onProgress = onceASecond((progress) => {
    const message = progressLine(progress)
    logger.info(message)
    options.onProgress(message)
  })
  const database = new ServedDatabase({ ...options.programs, logger, onFatal: options.onFatal, traces })
  await database.open(read.config.database)
  release.push("database", () => database.stop())

  const signals = new LocalSignals()
  const schemas = new SchemaHolder(undefined, () => signals.nudge("schema"))
  const config = new ConfigHolder(read.config)
  onAbort(options.ending, () => endMigrations({ options, database, config }))
  const turns = new ReloadTurns()
  release.push("reloads", () => turns.idle())
  const migrations = new Migrations({
    root: options.root,
    accountsCollection: () => config.current.auth.collection,
    mode,
    database,
    schemas,
    findings,
    clock,
    turns,
    report,
    lastGood: new LastGoodSchema({ file: projectPaths(options.root).lastGoodSchemaFile, logger }),
    isAutomatic: options.isMigrating,
    onProgress,
  })
  return {
    options,
    read,
    config,
    activity,
    logger,
    report,
    findings,
    traces,
    database,
    signals,
    schemas,
    turns,
    migrations,
    clock,
    onProgress,
  }
}

/** How much of server.drain_timeout a migration gets: its request can still be told then that it was ended. */
const migrationShare = 0.75

/** The first thing of a stop; whatever else is closed may wait for a migration. */
export function endMigrations({
  options,
  database,
  config,
}: Pick<Parts, "database" | "config"> & { readonly options: Pick<DaemonOptions, "mode"> }): void {
  // A daemon in tool mode ends with the command that wanted the migration: nobody waits for it any more.
  const graceMs = options.mode === "tool" ? 0 : config.current.server.drainTimeoutMs * migrationShare
  database.endMigrationsIn(graceMs)
}

function onAbort(signal: AbortSignal | undefined, run: () => void): void {
  if (signal?.aborted === true) run()
  else signal?.addEventListener("abort", run, { once: true })
}
