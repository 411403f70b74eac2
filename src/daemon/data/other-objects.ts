import type { Schema } from "../../schema/schema.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Reader } from "../storage/database.ts"
import { defineTable } from "../storage/sqlite/ddl.ts"

/** Names that a notice lists; the rest is counted. */
const nameCountMax = 5

/** Says which views, tables and indexes of a file are not of Alyx: they stay, and a person should know. */
export function otherObjectsNotice(reader: Reader, schema: Schema): readonly string[] {
  const ours = new Set<string>()
  for (const collection of schema.collections.values()) {
    const { name, indexes, triggers } = defineTable(collection)
    for (const object of [{ name }, ...indexes, ...triggers]) ours.add(object.name)
  }
  const sql = "SELECT type, name FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*' ORDER BY rowid"
  const others = reader
    .all(sqlQuery<{ type: string; name: string }>(sql))
    .filter(({ name }) => !ours.has(name) && !name.startsWith("_alyx_"))
    .map(({ type, name }) => `the ${type} ${name.slice(0, 100)}`)
  if (others.length === 0) return []
  const more = others.length > nameCountMax ? ` and ${others.length - nameCountMax} more` : ""
  const names = others.slice(0, nameCountMax).join(", ")
  return [`The file has what Alyx did not make, and it is in the database now: ${names}${more}.`]
}
