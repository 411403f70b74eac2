import { alyxError, isAlyxError } from "../../errors.ts"
import { quoteName } from "../../lib/sql-name.ts"
import { judgeSchema } from "../../schema/judge-schema.ts"
import { schemaFromJson } from "../../schema/schema-from-json.ts"
import { schemaToJson } from "../../schema/schema-json.ts"
import type { Schema } from "../../schema/schema.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Reader } from "../storage/database.ts"
import { readMeta } from "../storage/meta.ts"
import { brokenDocuments, brokenReferencesQuery } from "../storage/sqlite/broken-references.ts"
import type { SqliteConnection } from "../storage/sqlite/sqlite-connection.ts"
import { damaged } from "./damaged.ts"
import type { BuiltDatabase } from "./data-job.ts"
import { emptySchemaText } from "./dump-source.ts"
import { otherObjectsNotice } from "./other-objects.ts"
import { requireHistory } from "./require-history.ts"

/** Faults that a message lists, and documents of each. */
const faultCountMax = 5

/** Looks whether a new database file is whole, says what is in it, and closes it. */
export function finishBuilt(connection: SqliteConnection, onProgress: (message: string) => void): BuiltDatabase {
  const schema = readBuiltSchema(connection)
  requireHistory(connection)
  onProgress("Looking whether every reference leads somewhere")
  requireReferences(connection)
  onProgress("Looking whether the new file is whole")
  requireIntegrity(connection)
  const collections: Record<string, number> = {}
  for (const { name } of schema.collections.values()) {
    const counted = connection.get(sqlQuery<{ n: number }>(`SELECT count(*) AS n FROM ${quoteName(name)}`))
    collections[name] = counted?.n ?? 0
  }
  const pageBytes = connection.get(sqlQuery<{ page_size: number }>("PRAGMA page_size"))!.page_size
  const notices = otherObjectsNotice(connection, schema)
  connection.close()
  return { schema: schemaToJson(schema), collections, pageBytes, notices }
}

/** The schema that a file says it has. */
export function readBuiltSchema(reader: Reader): Schema {
  const json = readMeta(reader, "schema") ?? emptySchemaText
  try {
    const schema = schemaFromJson(JSON.parse(json))
    const [problem] = judgeSchema(schema)
    if (problem !== undefined) throw damaged(`its schema is not valid: ${problem.message.replace(/\.$/, "")}`)
    return schema
  } catch (error) {
    if (isAlyxError(error, "DATABASE_NEWER") || isAlyxError(error, "RESTORE_INVALID")) throw error
    throw damaged("its schema cannot be read", error)
  }
}

function requireReferences(reader: Reader): void {
  const broken = reader.all(brokenReferencesQuery())
  if (broken.length === 0) return
  const places = broken.slice(0, faultCountMax).map((group) => {
    const { collection, parent, count } = group
    const some = brokenDocuments(reader, group, faultCountMax).map(String).join(", ")
    return `${count} of ${collection} to ${parent} (${some}${count > faultCountMax ? ", …" : ""})`
  })
  throw alyxError("RESTORE_INVALID", {
    message: `Documents point to documents that are not in the file: ${places.join("; ")}.`,
    next: "Nothing was changed. Add what they point to, or take them out.",
  })
}

function requireIntegrity(reader: Reader): void {
  const found = reader.all(sqlQuery<{ integrity_check: string }>("PRAGMA integrity_check(5)"))
  const [first] = found
  if (found.length === 1 && first?.integrity_check === "ok") return
  throw damaged(`SQLite says: ${found.map(({ integrity_check: line }) => line).join("; ")}`)
}
