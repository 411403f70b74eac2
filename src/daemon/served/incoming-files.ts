import { existsSync, readFileSync } from "node:fs"
import { mkdir, readdir, readFile, realpath, rename, rm } from "node:fs/promises"
import { basename, dirname, join } from "node:path"

import { alyxError } from "../../errors.ts"
import { writeFileAtomically } from "../../lib/atomic-write.ts"
import { syncFolder } from "../../lib/sync-folder.ts"
import type { ProjectPaths } from "../../project/paths.ts"
import { migrationBytesMax } from "../../project/migration-files.ts"
import { readText } from "../../project/read-text.ts"
import { replaceProjectFile } from "../../project/replace-project-file.ts"
import { historyMark } from "../storage/migration-history.ts"
import { appliedSchema } from "../storage/sqlite/plan-schema.ts"
import type { SqliteDatabase } from "../storage/sqlite/sqlite-database.ts"

/** Files that came over the control API and are to be the project's once they were applied. */
export interface IncomingFiles {
  readonly schema: string
  readonly migrations: readonly { readonly file: string; readonly text: string }[]
}

/** What a start needs to tell whether the files were applied before the daemon ended. */
interface Target {
  readonly schemaHash: string
  /** The state of the history before. */
  readonly mark: string
}

/**
 * Brings files into a project together with their migration: they are staged beside it, applied, then moved. A daemon
 * that is killed in between finishes at its next start, or throws them away when nothing had been applied.
 */
export async function stageFiles(
  paths: ProjectPaths,
  database: SqliteDatabase,
  { files, schemaHash }: { readonly files: IncomingFiles; readonly schemaHash: string },
): Promise<void> {
  const dir = incomingDir(paths)
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { recursive: true, mode: 0o700 })
  for (const { file, text } of files.migrations) await writeFileAtomically(join(dir, file), text, { mode: 0o600 })
  await writeFileAtomically(join(dir, "schema.yaml"), files.schema, { mode: 0o600 })
  const target: Target = { schemaHash, mark: database.read(historyMark) }
  // The last file says that all of them are there.
  await writeFileAtomically(join(dir, targetName), JSON.stringify(target), { mode: 0o600 })
  // The commit of the migration outlasts a power cut, so these names have to.
  for (const folder of [dir, dirname(dir)]) await syncFolder(folder)
}

/** Moves staged files into the project; those of migrations/ first, since a schema without them would be refused. */
export async function moveStagedFiles(paths: ProjectPaths): Promise<void> {
  const dir = incomingDir(paths)
  const names = (await readdir(dir)).filter((name) => name !== targetName && !name.startsWith("."))
  await mkdir(paths.migrationsDir, { recursive: true })
  for (const name of names.toSorted((a, b) => Number(a === "schema.yaml") - Number(b === "schema.yaml"))) {
    const place = name === "schema.yaml" ? paths.schemaFile : join(paths.migrationsDir, name)
    await replaceProjectFile(place, await readFile(join(dir, name), "utf8"))
  }
  for (const folder of [paths.migrationsDir, dirname(paths.migrationsDir), dirname(await realpath(paths.schemaFile))]) {
    await syncFolder(folder)
  }
  await discardStagedFiles(paths)
}

/** Forgets staged files; the name goes first, so that half of them are never taken for all. */
export async function discardStagedFiles(paths: ProjectPaths): Promise<void> {
  const dir = incomingDir(paths)
  if (!existsSync(dir)) return
  const gone = `${dir}.gone`
  await rm(gone, { recursive: true, force: true })
  await rename(dir, gone)
  await rm(gone, { recursive: true, force: true })
}

/** At a start: finishes what a killed daemon had applied, and throws away what it had not. */
export async function settleStagedFiles(paths: ProjectPaths, database: SqliteDatabase): Promise<void> {
  const file = join(incomingDir(paths), targetName)
  if (existsSync(file) && wasApplied(JSON.parse(readFileSync(file, "utf8")) as Target, database)) {
    await moveStagedFiles(paths)
  } else await discardStagedFiles(paths)
}

/** Refuses files that the project has already with another content; returns those that it does not have. */
export function newFiles(paths: ProjectPaths, migrations: IncomingFiles["migrations"]): IncomingFiles["migrations"] {
  return migrations.filter(({ file, text }) => {
    const name = `migrations/${file}`
    const present = readText({ path: join(paths.migrationsDir, basename(file)), name, bytesMax: migrationBytesMax })
    if (present.kind === "missing") return true
    if (present.kind === "text" && present.text === text) return false
    const isText = present.kind === "text"
    throw alyxError("FILE_EXISTS", {
      message: isText ? `${name} exists already, and says something else.` : present.problem.message,
      next: "Give the new migration another number, or leave it out.",
    })
  })
}

function wasApplied({ schemaHash, mark }: Target, database: SqliteDatabase): boolean {
  return database.read((reader) => appliedSchema(reader).hash === schemaHash && historyMark(reader) !== mark)
}

const targetName = "target.json"

function incomingDir({ stateDir }: ProjectPaths): string {
  return join(stateDir, "incoming")
}
