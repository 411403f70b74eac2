import type { Problem } from "../../errors.ts"
import { migrationFileName } from "./file-name.ts"
import type { Migration } from "./migration.ts"

/** A file that was applied, as the database remembers it. */
export interface AppliedFile {
  readonly number: number
  readonly name: string
  readonly checksum: string
  /** Null while it holds. */
  readonly rolledBackAt: string | null
}

/** A file that was applied under another number than it has now. */
export interface RenumberedFile {
  readonly file: string
  readonly name: string
  readonly from: number
  readonly to: number
}

/** How the files of a project and the history of a database stand to each other. */
export interface ComparedHistory {
  /** Files that were not applied, in the order in which they would be. */
  readonly pending: readonly Migration[]
  /** What stands in the way of applying them. */
  readonly problems: readonly Problem[]
  /** What should be known and stands in nobody's way. */
  readonly notices: readonly string[]
  readonly renumbered: readonly RenumberedFile[]
}

/** Compares the files with the history. What was rolled back counts as never applied. */
export function compareHistory(files: readonly Migration[], applied: readonly AppliedFile[]): ComparedHistory {
  const sorted = files.toSorted((a, b) => a.number - b.number || (a.name < b.name ? -1 : 1))
  const matches = applied
    .filter((entry) => entry.rolledBackAt === null)
    .map((entry) => ({ entry, file: fileOf(sorted, entry) }))
  const known = new Set(matches.map(({ file }) => file))
  const pending = sorted.filter((file) => !known.has(file))
  // A file that was renumbered holds its new number, and has given up the old one.
  const held = matches.map(({ entry, file }) => ({ number: file?.number ?? entry.number, name: entry.name }))
  const renumbered = matches.flatMap(({ entry, file }) =>
    file === undefined || file.number === entry.number
      ? []
      : [{ file: file.file, name: entry.name, from: entry.number, to: file.number }],
  )
  return {
    pending,
    problems: [...changed(matches), ...takenNumbers(pending, held)],
    notices: [
      ...matches.flatMap(({ entry, file }) => (file === undefined ? [missingNotice(entry)] : [])),
      ...lateNotices(pending, held),
    ],
    renumbered,
  }
}

/** The file of an entry: by number and name, else the same content under another number. */
function fileOf(files: readonly Migration[], { number, name, checksum }: AppliedFile): Migration | undefined {
  const same = files.filter((file) => file.name === name)
  return same.find((file) => file.number === number) ?? same.find((file) => file.checksum === checksum)
}

interface Match {
  readonly entry: AppliedFile
  readonly file: Migration | undefined
}

function changed(matches: readonly Match[]): readonly Problem[] {
  return matches.flatMap(({ entry, file }) => {
    if (file === undefined || file.checksum === entry.checksum) return []
    return [
      {
        code: "MIGRATION_CHANGED",
        message: `${file.file} was changed after it was applied, so it no longer says what was done.`,
        next: "Put it back as it was, and write what should be done next into a new file: alyx migrate create <name>",
        at: startOf(file),
      },
    ]
  })
}

interface Held {
  readonly number: number
  readonly name: string
}

/** Pending files whose number another file has: each is told the next number that is free. */
function takenNumbers(pending: readonly Migration[], held: readonly Held[]): readonly Problem[] {
  let highest = Math.max(0, ...pending.map((file) => file.number), ...held.map((each) => each.number))
  const owners = new Map(
    held.map(({ number, name }) => [number, `${migrationFileName(number, name)}, which is applied`]),
  )
  const problems: Problem[] = []
  for (const file of pending) {
    const owner = owners.get(file.number)
    if (owner === undefined) {
      owners.set(file.number, file.file)
      continue
    }
    highest += 1
    problems.push({
      code: "MIGRATION_NUMBER_TAKEN",
      message: `${file.file} has the number ${file.number}, and so has ${owner}.`,
      next: renumberAdvice(file, highest),
      at: startOf(file),
    })
  }
  return problems
}

function renumberAdvice(file: Migration, number: number): string {
  const folder = file.file.slice(0, file.file.lastIndexOf("/") + 1)
  const target = `${folder}${migrationFileName(number, file.name)}`
  return `Give it the next free number: git mv ${file.file} ${target} (or mv), and write version: ${number} in it where it has a version.`
}

function missingNotice({ number, name }: AppliedFile): string {
  return `${migrationFileName(number, name)} was applied, and its file is missing. Nothing has to be done; put it back if others need it.`
}

function lateNotices(pending: readonly Migration[], held: readonly Held[]): readonly string[] {
  const last = held.toSorted((a, b) => b.number - a.number)[0]
  if (last === undefined) return []
  const lastName = migrationFileName(last.number, last.name)
  return pending
    .filter((file) => file.number < last.number)
    .map((file) => `${file.file} comes late: ${lastName} was applied before it. It will be applied on top.`)
}

function startOf(file: Migration): NonNullable<Problem["at"]> {
  return { file: file.file, line: 1, column: 1, length: 1 }
}
