import type { SourceLocation } from "../lib/source-location.ts"
import { nameLengthMax } from "./limits.ts"
import type { ProblemList } from "./problem-list.ts"

/** Names become columns, JSON keys, words of CEL and identifiers in generated clients: the set all of them allow. */
export const namePattern = "^[A-Za-z][A-Za-z0-9_]*$"

const nameRegExp = new RegExp(namePattern)

/** SQLite gives these words a meaning of their own in every table. */
const rowidNames = ["rowid", "oid", "_rowid_"]

/** Checks the name of a collection, field or index; true when it may be used. */
export function checkName(
  kind: "collection" | "field" | "index",
  name: string,
  at: SourceLocation | null,
  problems: ProblemList,
): boolean {
  const lower = name.toLowerCase()
  const subject = `The ${kind} name ${JSON.stringify(name.slice(0, nameLengthMax))}`
  if (lower.startsWith("_alyx_") || lower.startsWith("sqlite_")) {
    const owner = lower.startsWith("_alyx_") ? "Alyx" : "SQLite"
    problems.add("NAME_RESERVED", at, `${subject} is reserved: such names belong to ${owner}.`, "Choose another name.")
    return false
  }
  if (name in Object.prototype || (kind === "field" && rowidNames.includes(lower))) {
    problems.add("NAME_RESERVED", at, `${subject} is reserved.`, "Choose another name.")
    return false
  }
  if (name.length > nameLengthMax) {
    problems.add("NAME_INVALID", at, `${subject} is longer than ${nameLengthMax} characters.`)
    return false
  }
  if (nameRegExp.test(name)) return true
  const suggestion = nearestValidName(name)
  problems.add(
    "NAME_INVALID",
    at,
    `${subject} is not a valid name: it must begin with a letter and hold only letters, digits and underscores.`,
    suggestion === null ? undefined : `Write "${suggestion}".`,
  )
  return false
}

function nearestValidName(name: string): string | null {
  const cleaned = name.replaceAll(/[^A-Za-z0-9_]+/g, "_").replaceAll(/^[^A-Za-z]+|_+$/g, "")
  return cleaned !== "" && nameRegExp.test(cleaned) ? cleaned : null
}

/** The SQLite name of an index: over the given fields of a collection, when the schema gives none. */
export function indexName(collection: string, fieldNames: readonly string[]): string {
  return `idx_${collection}_${fieldNames.join("_")}`
}

/** The SQLite name of the index that a field's own `unique: true` or `index: true` makes. */
export function fieldIndexName(collection: string, field: { readonly name: string; readonly unique: boolean }): string {
  return field.unique ? `unique_${collection}_${field.name}` : indexName(collection, [field.name])
}
