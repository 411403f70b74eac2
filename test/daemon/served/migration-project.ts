import { mkdir, rm, writeFile } from "node:fs/promises"
import path from "node:path"

import { onTestFinished } from "vitest"

import { Findings } from "../../../src/daemon/served/findings.ts"
import { firstSchema } from "../../../src/daemon/served/first-schema.ts"
import { LastGoodSchema } from "../../../src/daemon/served/last-good-schema.ts"
import { Migrations } from "../../../src/daemon/served/migrations.ts"
import type { ReloadReport } from "../../../src/daemon/served/reload-report.ts"
import { ReloadTurns } from "../../../src/daemon/served/reload.ts"
import { ServedDatabase } from "../../../src/daemon/served/served-database.ts"
import { SchemaHolder } from "../../../src/daemon/schema-holder.ts"
import { sqlQuery } from "../../../src/daemon/storage/database.ts"
import { createLogger } from "../../../src/lib/logger.ts"
import { projectPaths } from "../../../src/project/paths.ts"
import type { ProjectPaths } from "../../../src/project/paths.ts"
import type { DaemonMode } from "../../../src/protocol/admin-api.ts"
import type { Progress } from "../../../src/protocol/progress.ts"
import { builtPrograms } from "../../helpers/built-programs.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"

/** A project with its database and its migrations, as a daemon has them, without HTTP. */
export interface MigrationProject {
  readonly root: string
  readonly paths: ProjectPaths
  readonly databaseFile: string
  readonly database: ServedDatabase
  readonly migrations: Migrations
  readonly schemas: SchemaHolder
  readonly findings: Findings
  readonly reports: readonly ReloadReport[]
  readonly progress: readonly Progress[]
  /** Writes files by their path in the project; null removes one. */
  write(files: Readonly<Record<string, string | null>>): Promise<void>
  rows(sql: string): readonly Record<string, unknown>[]
  run(sql: string): Promise<void>
  stop(): Promise<void>
}

/** How the project is opened. */
export interface MigrationProjectOptions {
  readonly root?: string
  readonly mode?: DaemonMode
  readonly isAutomatic?: boolean
  readonly files?: Readonly<Record<string, string>>
}

/** Opens a project as `alyx dev` or `alyx start` would; it is stopped when the test ends. */
export async function openMigrationProject(options: MigrationProjectOptions = {}): Promise<MigrationProject> {
  const { mode = "dev", isAutomatic = false, files = {} } = options
  const root = options.root ?? (await tempFolder())
  const paths = projectPaths(root)
  const write = async (written: Readonly<Record<string, string | null>>): Promise<void> => {
    for (const [name, text] of Object.entries(written)) {
      const file = path.join(root, name)
      await mkdir(path.dirname(file), { recursive: true })
      await (text === null ? rm(file, { force: true }) : writeFile(file, text))
    }
  }
  await write(files)
  const { checkpointWorker, readerProcess } = await builtPrograms()
  const logger = createLogger({ level: "silent", format: "json", output: { write: () => true } } as never)
  const database = new ServedDatabase({
    checkpointWorker,
    readerProcess,
    logger,
    traces: null,
    onFatal: () => {
      throw new Error("The log could not be synced.")
    },
  })
  const databaseFile = path.join(root, "data/alyx.db")
  await database.open({ path: databaseFile, durability: "normal", cacheSizeBytes: 8 * 1024 * 1024 } as never)
  const stop = (): Promise<void> => database.stop()
  onTestFinished(stop)
  const schemas = new SchemaHolder()
  const findings = new Findings()
  const reports: ReloadReport[] = []
  const progress: Progress[] = []
  const report = (entry: ReloadReport): void => void reports.push(entry)
  const migrations = new Migrations({
    root,
    accountsCollection: () => "users",
    mode,
    database,
    schemas,
    findings,
    clock: { now: () => Date.now() },
    turns: new ReloadTurns(),
    report,
    lastGood: new LastGoodSchema({ file: paths.lastGoodSchemaFile, logger }),
    isAutomatic,
    onProgress: (told) => void progress.push(told),
  })
  await firstSchema({ root, mode, database, schemas, migrations, report })
  return {
    root,
    paths,
    databaseFile,
    database,
    migrations,
    schemas,
    findings,
    reports,
    progress,
    write,
    rows: (sql) => database.read((reader) => reader.all(sqlQuery(sql))).map((row) => ({ ...row })),
    run: async (sql) => void (await database.write((transaction) => transaction.run(sqlQuery(sql)))),
    stop,
  }
}

/** Nobody listens to how far it is. */
export const quietly = { onProgress: (): void => undefined }
