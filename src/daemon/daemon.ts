import type { Clock } from "../lib/clock.ts"
import { ReleaseStack } from "../lib/release-stack.ts"
import { explainFileError } from "../project/file-errors.ts"
import { projectPaths } from "../project/paths.ts"
import { writeEditorSchemas } from "../project/editor-schemas.ts"
import type { OnProgress } from "../protocol/progress.ts"
import type { DaemonFile, DaemonMode } from "../protocol/admin-api.ts"
import { Activity } from "./activity.ts"
import { ConfigHolder } from "./served/config-holder.ts"
import { DaemonLog } from "./daemon-log.ts"
import { DataService } from "./data/data-service.ts"
import { DaemonStatus } from "./status/daemon-status.ts"
import { ReloadTurns } from "./served/reload.ts"
import { onceASecond, progressLine } from "./served/schema-progress.ts"
import type { Reload } from "./served/reload.ts"
import { reloadOnce } from "./served/reload-once.ts"
import { identityOf } from "./status/daemon-identity.ts"
import { hashProject } from "./dev/hash-project.ts"
import type { FileHashes } from "./dev/file-hashes.ts"
import { Findings } from "./served/findings.ts"
import { firstSchema } from "./served/first-schema.ts"
import { createHttpApp } from "./http/app.ts"
import type { HttpApp } from "./http/app.ts"
import { refuseOpenAddress } from "./http/loopback.ts"
import { DatabaseWatch } from "./status/database-watch.ts"
import { IdleStop } from "./status/idle-stop.ts"
import { listenOn, urlOf } from "./http/listen-on.ts"
import { removeProcessFile, writeProcessFile } from "./status/process-file.ts"
import { readConfig } from "./served/read-config.ts"
import type { ReadConfig } from "./served/read-config.ts"
import { liveRecordLimits } from "./served/record-limits.ts"
import { configReload } from "./served/reload-config.ts"
import { reloadReporter } from "./served/reload-report.ts"
import type { ReloadReport } from "./served/reload-report.ts"
import { LastGoodSchema } from "./served/last-good-schema.ts"
import { Migrations } from "./served/migrations.ts"
import { RequestTraces } from "./request-trace.ts"
import { SeedAndFake } from "./data/seed-and-fake.ts"
import { SchemaHolder } from "./schema-holder.ts"
import { ServedDatabase } from "./served/served-database.ts"
import { ChangePruner } from "./storage/change-pruner.ts"

/** What a daemon is started with. */
export interface DaemonOptions {
  /** The project's root: an absolute path without links. */
  readonly root: string
  readonly mode: DaemonMode
  /** In the foreground the output is a terminal's or a supervisor's; otherwise it is the log file. */
  readonly isForeground: boolean
  /** False when the files are read at the start, and then only when somebody asks for it. */
  readonly isWatching: boolean
  /** Values of flags by the option's place. */
  readonly flags: Readonly<Record<string, string | boolean>>
  /** The same flags as words, for a restart. */
  readonly flagWords: readonly string[]
  /** Whether migration files are applied without being asked for. */
  readonly isMigrating: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  readonly version: string
  readonly clock: Clock
  /** Entries of the programs that the daemon starts beside itself. */
  readonly programs: {
    readonly checkpointWorker: URL
    readonly readerProcess: URL
    readonly seedWorker: URL
    readonly fakeWorker: URL
    readonly dataProcess: URL
  }
  readonly output: { write(text: string): unknown; readonly isTerminal: boolean }
  /** Told how far a change of large tables is, at most once a second. */
  readonly onProgress: (message: string) => void
  /** The state of the disk is unknown: the process must end at once. */
  readonly onFatal: () => void
  /** Somebody asked for an orderly end: over the control API, or idleness did. */
  readonly onShutdown: () => void
}

/** A daemon that answers. */
export interface RunningDaemon {
  readonly file: DaemonFile
  /** Reads alyx.yaml again, and in dev the schema and the migrations, as when they were saved. Never rejects. */
  reloadFiles(): Promise<void>
  /** Drains and closes everything; returns what failed on the way. Idempotent. */
  stop(): Promise<readonly { readonly name: string; readonly error: unknown }[]>
}

/** What the steps of a start hand on to each other. */
interface Parts {
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
  readonly schemas: SchemaHolder
  readonly turns: ReloadTurns
  readonly migrations: Migrations
  readonly clock: Clock
  /** Tells the log, and who waits for the start, how far a change of large tables is. */
  readonly onProgress: OnProgress
}

/** Makes and starts every part, in order; what was acquired is released in reverse, also when a start fails. */
export async function startDaemon(options: DaemonOptions): Promise<RunningDaemon> {
  const release = new ReleaseStack()
  try {
    const seen = await hashProject(projectPaths(options.root))
    const parts = await openParts(options, release)
    const { http, status, data } = await openHttp(parts, release)
    await firstSchema({ ...options, ...parts })
    await showProcess(parts, status, release)
    if (options.mode === "tool") return toolDaemon(parts, status, release)
    await watchDatabase(parts, release)
    await pruneChangeLog(parts, release)
    const reloads = makeReloads(parts, { http, status })
    if (options.mode === "dev") data.whenReplaced(() => reloadOnce("schema", reloads.schema, parts.report))
    if (options.mode === "dev") await writeEditorSchemas(options.root)
    if (options.isWatching) await followProject(parts, { reloads, seen }, release)
    if (options.mode === "dev" && !options.isForeground) await stopWhenIdle(parts, http, release)
    const { logger, schemas } = parts
    logger.info(`Serving ${status.file().url}`, { mode: options.mode, collections: schemas.current.collections.size })
    for (const notice of parts.findings.notices) logger.warn(notice)
    return {
      file: status.file(),
      reloadFiles: () => reloadFiles(parts, reloads),
      stop: () => stopParts(release, logger),
    }
  } catch (error) {
    await release.releaseAll()
    throw explainFileError(error)
  }
}

/** Nothing is followed, and nothing is told, for the length of one command. */
function toolDaemon({ logger }: Parts, status: DaemonStatus, release: ReleaseStack): RunningDaemon {
  return {
    file: status.file(),
    reloadFiles: () => Promise.resolve(),
    stop: async () => {
      const failures = await release.releaseAll()
      for (const { name, error } of failures) logger.lines.error(`The ${name} could not be closed.`, { error })
      return failures
    },
  }
}

async function stopParts(release: ReleaseStack, { lines }: DaemonLog): ReturnType<RunningDaemon["stop"]> {
  lines.info("Stopping; requests under way are finished first.")
  const failures = await release.releaseAll()
  for (const { name, error } of failures) lines.error(`The ${name} could not be closed.`, { error })
  lines.info("Stopped.")
  return failures
}

async function openParts(options: DaemonOptions, release: ReleaseStack): Promise<Parts> {
  const { mode, clock } = options
  const read = readConfig(options)
  refuseOpenAddress(read.config)
  const activity = new Activity(() => new Date(clock.now()))
  const logger = new DaemonLog({ mode, output: options.output, activity }, read.config.log)
  const report = reloadReporter(activity, () => logger.lines)
  const findings = new Findings()
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

  const schemas = new SchemaHolder()
  const config = new ConfigHolder(read.config)
  const turns = new ReloadTurns()
  release.push("reloads", () => turns.idle())
  const migrations = new Migrations({
    root: options.root,
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
    schemas,
    turns,
    migrations,
    clock,
    onProgress,
  }
}

async function watchDatabase({ database, logger }: Parts, release: ReleaseStack): Promise<void> {
  const watch = new DatabaseWatch({ database, logger })
  await watch.start()
  release.push("database watch", () => watch.stop())
}

async function pruneChangeLog({ database, clock, config, logger }: Parts, release: ReleaseStack): Promise<void> {
  const pruner = new ChangePruner({
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

interface OpenedHttp {
  readonly http: HttpApp
  readonly status: DaemonStatus
  readonly data: DataService
}

/** Opens the addresses before the schema is applied: a start that cannot have them has changed nothing then. */
async function openHttp(parts: Parts, release: ReleaseStack): Promise<OpenedHttp> {
  const { options, read, config, activity, logger, traces, database, schemas, clock } = parts
  const { mode, version } = options
  const status = new DaemonStatus({
    ...parts,
    identity: identityOf(options, clock),
    url: () => urlIfOpen(http),
    requests: () => http.requestCounts(),
    clients: () => activity.followerCount,
    shutdown: options.onShutdown,
    readerProcess: options.programs.readerProcess,
  })
  const data = dataServiceOf(parts)
  release.push("data processes", () => data.stop())
  const limits = liveRecordLimits(config)
  const records = {
    database,
    clock,
    get limits() {
      return limits()
    },
  }
  const shared = {
    schemas,
    records,
    activity,
    admin: status,
    migrations: parts.migrations,
    seedAndFake: seedAndFakeOf(parts),
    data,
    logger,
    clock,
    mode,
    version,
    traces,
  }
  const http = createHttpApp({ ...shared, config: () => config.current })
  release.push("http", () => http.close({ drainTimeoutMs: config.current.server.drainTimeoutMs }))
  await http.listenLocal(projectPaths(options.root).socketPath)
  if (mode !== "tool") await listenOn((address) => http.listenTcp(address), addressOptions(parts, read))
  return { http, status, data }
}

function dataServiceOf({ options, database, schemas, clock, migrations }: Parts): DataService {
  const { root, mode, version, programs } = options
  const { backupsDir } = projectPaths(root)
  return new DataService({
    root,
    backupsDir,
    mode,
    version,
    database,
    schemas,
    clock,
    migrations,
    processUrl: programs.dataProcess,
  })
}

function seedAndFakeOf({ options, database, schemas, clock, config }: Parts): SeedAndFake {
  const { stateDir } = projectPaths(options.root)
  const cacheBytes = (): number => config.current.database.cacheSizeBytes
  return new SeedAndFake({ database, schemas, clock, stateDir, cacheBytes, programs: options.programs })
}

/** From here on commands find the daemon. */
async function showProcess({ options }: Parts, status: DaemonStatus, release: ReleaseStack): Promise<void> {
  const { daemonFile } = projectPaths(options.root)
  await writeProcessFile(daemonFile, status.file())
  release.push("process file", () => removeProcessFile(daemonFile, process.pid))
}

function makeReloads(
  parts: Parts,
  { http, status }: { http: HttpApp; status: DaemonStatus },
): { schema: Reload; config: Reload } {
  const { options, logger, database, turns, migrations } = parts
  return {
    schema: turns.inTurn(migrations.reload),
    config: turns.inTurn(
      configReload({
        ...parts,
        mode: options.mode,
        read: () => readConfig(options),
        openDatabase: (settings) => database.openNext(settings, (engine) => migrations.prepare(engine)),
        async reopenListener(next) {
          refuseOpenAddress(next.config)
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
async function followProject(
  parts: Parts,
  { reloads, seen }: { reloads: { schema: Reload; config: Reload }; seen: FileHashes },
  release: ReleaseStack,
): Promise<void> {
  const { root, mode } = parts.options
  const { followFiles } = await import("./dev/follow-files.ts")
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

/** What a save of every followed file would do. */
async function reloadFiles(
  { options, report }: Parts,
  reloads: { readonly schema: Reload; readonly config: Reload },
): Promise<void> {
  await reloadOnce("config", reloads.config, report)
  if (options.mode === "dev") await reloadOnce("schema", reloads.schema, report)
}

function addressOptions(
  { options, logger }: Parts,
  { config, isPortAsked }: ReadConfig,
): Parameters<typeof listenOn>[1] {
  const { host, port } = config.server
  return { address: { host, port }, mayMove: options.mode === "dev" && !isPortAsked, logger }
}

function urlIfOpen(http: HttpApp): string | null {
  const address = http.address()
  return address === null ? null : urlOf(address)
}
