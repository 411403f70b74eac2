import type { Problem } from "../../errors.ts"
import type { SourceLocation } from "../../lib/source-location.ts"
import type { YamlMap } from "../../lib/yaml-tree.ts"
import { parseYamlTree, yamlEntry } from "../../lib/yaml-tree.ts"
import { migrationOperationCountMax, migrationTextLengthMax } from "../limits.ts"
import { addYamlProblem, ProblemList } from "../problem-list.ts"
import { checkKeys, readList, readText, shown } from "../read-values.ts"
import { migrationFileName, normalMigrationName, readMigrationFileName } from "./file-name.ts"
import type { Migration, PlacedOperation } from "./migration.ts"
import { migrationChecksum } from "./operation-json.ts"
import { parseOperation } from "./parse-operation.ts"

/** The keys of a migration file. */
export const migrationKeys = ["version", "name", "description", "operations"] as const

/** What became of a migration file. */
export interface ParsedMigration {
  /** Null when there is any problem. */
  readonly migration: Migration | null
  /** Everything that is wrong, in the order of the file. */
  readonly problems: readonly Problem[]
}

/** Parses one migration file; `file` is its path for messages and carries number and name. Never throws. */
export function parseMigration({ file, text }: { readonly file: string; readonly text: string }): ParsedMigration {
  const problems = new ProblemList()
  const start = { file, line: 1, column: 1, length: 1 }
  const named = readMigrationFileName(file)
  if (named === null) {
    const example = migrationFileName(2, nearestName(file))
    const message = `${file} is not named like a migration: a number of 1 to 9 digits, _, a name of letters, digits, _ and -, .yaml.`
    problems.add("FILE_NAME_INVALID", start, message, `Name it like ${example}.`)
  }
  if (text.length > migrationTextLengthMax) {
    problems.add("FILE_TOO_LARGE", start, `The migration is longer than ${migrationTextLengthMax} characters.`)
    return { migration: null, problems: problems.sorted() }
  }
  const root = readRoot(file, text, problems)
  if (root === null || named === null) return { migration: null, problems: problems.sorted() }
  checkKeys(root, migrationKeys, "a migration", problems)
  checkAgainstFileName(root, named, problems)
  const description = yamlEntry(root, "description")?.value
  const hasDescription = description !== undefined && !(description.kind === "scalar" && description.value === null)
  const migration = {
    ...named,
    description: hasDescription ? readText(description, "description", problems) : null,
    operations: readOperations(root, start, problems),
    file,
  }
  if (!problems.isEmpty) return { migration: null, problems: problems.sorted() }
  const checksum = migrationChecksum(migration.name, migration.operations)
  return { migration: Object.freeze({ ...migration, checksum }), problems: [] }
}

function nearestName(file: string): string {
  const words = file
    .slice(file.lastIndexOf("/") + 1)
    .replace(/\.[^.]*$/, "")
    .replace(/^[0-9]+[_-]*/, "")
  return normalMigrationName(words) ?? "rename_user_name"
}

function readRoot(file: string, text: string, problems: ProblemList): YamlMap | null {
  const tree = parseYamlTree(text, file)
  for (const problem of tree.problems) addYamlProblem(problem, problems)
  if (tree.problems.some((problem) => problem.kind !== "duplicate-key")) return null
  if (tree.root?.kind === "map") return tree.root
  const at = tree.root?.at ?? { file, line: 1, column: 1, length: 1 }
  const what = tree.root === null ? "empty" : shown(tree.root)
  problems.add("WRONG_SHAPE", at, `A migration must be a map, not ${what}.`, "Begin with operations:.")
  return null
}

/** `version:` and `name:` may be left out: the file name says both. */
function checkAgainstFileName(
  root: YamlMap,
  named: { readonly number: number; readonly name: string },
  problems: ProblemList,
): void {
  const version = yamlEntry(root, "version")?.value
  if (version !== undefined && !(version.kind === "scalar" && version.value === named.number)) {
    const message = `version is ${shown(version)}, but the file name says ${named.number}.`
    problems.add("VERSION_MISMATCH", version.at, message, `Write version: ${named.number}, or rename the file.`)
  }
  const name = yamlEntry(root, "name")?.value
  if (name !== undefined && !(name.kind === "scalar" && name.value === named.name)) {
    const message = `name is ${shown(name)}, but the file name says ${JSON.stringify(named.name)}.`
    problems.add("NAME_MISMATCH", name.at, message, `Write name: ${named.name}, or rename the file.`)
  }
}

function readOperations(root: YamlMap, start: SourceLocation, problems: ProblemList): readonly PlacedOperation[] {
  const entry = yamlEntry(root, "operations")
  if (entry === undefined) {
    problems.add("KEY_MISSING", start, "The migration has no operations.", "Add operations: with a list below.")
    return []
  }
  // A draft whose questions are all unanswered has nothing below it but comments.
  if (entry.value.kind === "scalar" && entry.value.value === null) return []
  const list = readList(entry.value, "operations", problems, "Write - type: rename_field, and its keys below.")
  if (list === null) return []
  if (list.items.length > migrationOperationCountMax) {
    const message = `The migration has ${list.items.length} operations; at most ${migrationOperationCountMax} are allowed.`
    problems.add("TOO_MANY", entry.keyAt, message, "Divide it into several files.")
    return []
  }
  return list.items.map((item) => parseOperation(item, problems)).filter((operation) => operation !== null)
}
