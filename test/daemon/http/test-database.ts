import { onTestFinished } from "vitest"

import { applySchema } from "../../../src/daemon/storage/sqlite/apply-schema.ts"
import { SqliteDatabase } from "../../../src/daemon/storage/sqlite/sqlite-database.ts"
import { systemClock } from "../../../src/lib/clock.ts"
import { parseSchema } from "../../../src/schema/parse.ts"
import { builtPrograms } from "../../helpers/built-programs.ts"

/** Two collections with what the edge has to carry: names, a relation, a unique field, text that compresses. */
export const notesSchema = `
collections:
  notes:
    fields:
      title: { type: string, maxLength: 200, unique: true }
      text: { type: text, default: "" }
      data: { type: json, nullable: true }
`

/** Opens a new database file with a schema applied; it is closed when the test ends. */
export async function openTestDatabase(file: string, schemaText = notesSchema) {
  const { schema, problems } = parseSchema(schemaText, "schema.yaml")
  if (schema === null) throw new Error(JSON.stringify(problems))
  const { checkpointWorker, readerProcess } = await builtPrograms()
  const database = new SqliteDatabase({
    path: file,
    durability: "normal",
    cacheBytes: 1_000_000,
    onFatal: (error) => {
      throw error
    },
    checkpointWorkerUrl: checkpointWorker,
    readerProcessUrl: readerProcess,
  })
  onTestFinished(() => database.stop())
  await database.start()
  await applySchema(database, schema, { clock: systemClock })
  return { database, schema }
}
