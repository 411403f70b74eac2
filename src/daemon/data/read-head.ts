import { isAlyxError } from "../../errors.ts"
import { isJsonObject } from "../../lib/json-object.ts"
import { judgeSchema } from "../../schema/judge-schema.ts"
import { schemaFromJson } from "../../schema/schema-from-json.ts"
import type { BuildHead } from "./database-builder.ts"
import { invalidDump } from "./invalid-dump.ts"
import type { DumpPlace } from "./invalid-dump.ts"

/** Reads what a dump says of itself; it may have been written by hand, or be no dump at all. */
export function readHead(value: unknown, place: DumpPlace): BuildHead {
  const head = (typeof value === "object" && value !== null ? value : {}) as Partial<BuildHead>
  const { format_version: version, schema, migrations = [], sequences = {} } = head
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1 || schema === undefined) {
    throw invalidDump(place, "This is not a dump: it does not begin with the format_version and the schema.")
  }
  try {
    const [problem] = judgeSchema(schemaFromJson(schema))
    if (problem !== undefined) throw invalidDump(place, `The schema of the dump is not valid: ${problem.message}`)
  } catch (error) {
    if (isAlyxError(error, "DATABASE_NEWER") || isAlyxError(error, "RESTORE_INVALID")) throw error
    throw invalidDump(place, "The schema of the dump is damaged.", error)
  }
  if (!Array.isArray(migrations) || !migrations.every(isHistoryRow)) {
    throw invalidDump(place, "migrations must be a list of objects of texts and numbers.")
  }
  if (!isJsonObject(sequences) || !Object.values(sequences).every(Number.isSafeInteger)) {
    throw invalidDump(place, "sequences must be an object of whole numbers.")
  }
  return { format_version: version, schema, migrations, sequences }
}

/** What a column of the history may hold; SQLite judges the rest. */
function isHistoryRow(value: unknown): boolean {
  if (!isJsonObject(value)) return false
  const values = Object.values(value as object)
  return values.length > 0 && values.every((one) => one === null || typeof one === "string" || Number.isFinite(one))
}
