import { lstatSync, readdirSync } from "node:fs"
import { basename, join } from "node:path"

import type { Problem } from "../errors.ts"
import { alyxError } from "../errors.ts"
import { createFileAtomically } from "../lib/atomic-write.ts"
import type { Migration } from "../schema/migrations/migration.ts"
import {
  migrationFileName,
  migrationNumberMax,
  normalMigrationName,
  readMigrationFileName,
} from "../schema/migrations/file-name.ts"
import { parseMigration } from "../schema/migrations/parse-migration.ts"
import { unwritable } from "./file-errors.ts"
import type { ProjectPaths } from "./paths.ts"
import { readText } from "./read-text.ts"

/** A folder with more files than this is refused; reading each would take long at every start. */
const migrationFileCountMax = 10_000

/** A migration file may not be larger than this; the language has a narrower limit of its own. */
export const migrationBytesMax = 4 * 1024 * 1024

/** The migration files of a project. */
export interface MigrationFiles {
  /** Those that were understood, by number and name. */
  readonly migrations: readonly Migration[]
  /** Everything that is wrong with the others. */
  readonly problems: readonly Problem[]
  /** Files that look as if they were meant to be migrations and are left out. */
  readonly notices: readonly string[]
  /** The texts of the files that have problems, for excerpts. */
  readonly texts: ReadonlyMap<string, string>
}

/** Reads migrations/. No folder means no migrations; files that are named otherwise are left alone. Never throws for what stands in a file. */
export function readMigrationFiles(paths: Pick<ProjectPaths, "migrationsDir">): MigrationFiles {
  const folder = basename(paths.migrationsDir)
  const listing = listFolder(paths.migrationsDir)
  if (listing.problem !== null) return { migrations: [], problems: [listing.problem], notices: [], texts: new Map() }
  const names = listing.names.filter((name) => readMigrationFileName(name) !== null)
  if (names.length > migrationFileCountMax) {
    const message = `${folder}/ has ${names.length} migrations; at most ${migrationFileCountMax} are read.`
    return { migrations: [], problems: [{ code: "TOO_MANY", message }], notices: [], texts: new Map() }
  }
  const files = names.map((name) => readMigrationFile(paths.migrationsDir, `${folder}/${name}`))
  const broken = files.filter((file) => file.problems.length > 0)
  return {
    migrations: files
      .flatMap(({ migration }) => (migration === null ? [] : [migration]))
      .toSorted((a, b) => a.number - b.number || (a.name < b.name ? -1 : 1)),
    problems: broken.flatMap((file) => file.problems),
    notices: misnamed(folder, listing.names),
    texts: new Map(broken.flatMap(({ file, text }) => (text === null ? [] : [[file, text]]))),
  }
}

/** The names of a folder, sorted; none when it is not there. */
function listFolder(path: string): { readonly names: readonly string[]; readonly problem: Problem | null } {
  try {
    return { names: readdirSync(path).toSorted(), problem: null }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error"
    if (code === "ENOENT") return { names: [], problem: null }
    const what = code === "ENOTDIR" ? "is a file, and should be a folder" : `cannot be read (${code})`
    return { names: [], problem: { code: "FILE_UNREADABLE", message: `${basename(path)} ${what}.` } }
  }
}

function readMigrationFile(
  folder: string,
  file: string,
): {
  readonly file: string
  readonly migration: Migration | null
  readonly problems: readonly Problem[]
  readonly text: string | null
} {
  const read = readText({ path: join(folder, basename(file)), name: file, bytesMax: migrationBytesMax })
  switch (read.kind) {
    case "text":
      return { file, ...parseMigration({ file, text: read.text }), text: read.text }
    case "unreadable":
      return { file, migration: null, problems: [read.problem], text: null }
    case "missing":
      return { file, migration: null, problems: danglingLink(join(folder, basename(file)), file), text: null }
  }
}

/** A file that is missing was removed since the listing, or is a link to nothing: that one was meant to be a migration. */
function danglingLink(path: string, file: string): readonly Problem[] {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return []
  const message = `${file} is a symbolic link to a file that does not exist.`
  const next = "Put the file there, or remove the link."
  return [{ code: "FILE_UNREADABLE", message, next, at: { file, line: 1, column: 1, length: 1 } }]
}

function misnamed(folder: string, names: readonly string[]): readonly string[] {
  return names
    .filter((name) => /\.ya?ml$/i.test(name) && !name.startsWith(".") && readMigrationFileName(name) === null)
    .map((name) => `${folder}/${name} is left out: migrations are named like ${folder}/002_rename_user_name.yaml.`)
}

/** A migration file to be written. */
export interface NewMigrationFile {
  /** As a person typed it: "Rename user name". */
  readonly name: string
  /** Makes the text once the number is known. */
  readonly text: (number: number, name: string) => string
  /** The highest number that a database has applied, whose file may be missing. */
  readonly appliedNumberMax?: number
}

/** How often another program may take the number that was free a moment ago. */
const attemptCountMax = 20

/** Writes a migration under the next free number and returns its path relative to the project. Never overwrites a file. */
export async function writeMigrationFile(
  paths: Pick<ProjectPaths, "migrationsDir">,
  { name: words, text, appliedNumberMax = 0 }: NewMigrationFile,
): Promise<string> {
  const name = requireMigrationName(words)
  const folder = basename(paths.migrationsDir)
  for (let attempt = 0; attempt < attemptCountMax; attempt += 1) {
    const number = nextNumber(paths.migrationsDir, appliedNumberMax)
    const file = migrationFileName(number, name)
    if (await createFile(join(paths.migrationsDir, file), text(number, name))) return `${folder}/${file}`
  }
  throw alyxError("FILE_EXISTS", {
    message: `No free number was found in ${folder}/: others take them faster.`,
    next: "Try again.",
  })
}

/** The name of a migration as its file carries it; refuses words of which nothing is left. */
export function requireMigrationName(words: string): string {
  const name = normalMigrationName(words)
  if (name !== null) return name
  throw alyxError("USAGE", {
    message: `${JSON.stringify(words)} cannot be the name of a migration: it has no letters and digits.`,
    next: "Say what it does, such as: alyx migrate create rename_user_name",
  })
}

function nextNumber(folder: string, appliedNumberMax: number): number {
  const { names, problem } = listFolder(folder)
  if (problem !== null) throw alyxError("FILE_UNREADABLE", { message: problem.message })
  const numbers = names.map((name) => Number(/^([0-9]{1,9})_/.exec(name)?.[1] ?? 0))
  const number = numbers.reduce((highest, each) => Math.max(highest, each), appliedNumberMax) + 1
  if (number <= migrationNumberMax) return number
  throw alyxError("FILE_EXISTS", { message: `The numbers of ${basename(folder)}/ end at ${migrationNumberMax}.` })
}

async function createFile(path: string, content: string): Promise<boolean> {
  try {
    return await createFileAtomically(path, content)
  } catch (error) {
    throw unwritable(path, error, "Let this user write there.")
  }
}
