import { openSqliteDatabase } from "../../../../src/daemon/storage/sqlite/sqlite-database.ts"
import type { MigrationStep } from "../../../../src/daemon/storage/sqlite/migration-steps.ts"
import { runMigration } from "../../../../src/daemon/storage/sqlite/run-migration.ts"

/*
 * Runs one migration on a database, and kills itself with SIGKILL after so many words about how far it is.
 * `node migrating-process.ts <path> <smallRowCountMax> <killedAt> <step as JSON>`
 */
const [path, smallRowCountMax, killedAt, step] = process.argv.slice(2)
let steps = 0
const database = await openSqliteDatabase({
  path: path!,
  durability: "full",
  cacheBytes: 2 * 1024 * 1024,
  onFatal: () => process.abort(),
})
await runMigration(database, {
  steps: [JSON.parse(step!) as MigrationStep],
  schema: null,
  smallRowCountMax: Number(smallRowCountMax),
  clock: { now: () => Date.now() },
  onProgress: ({ ratio }) => {
    if (ratio !== undefined && (steps += 1) > Number(killedAt)) process.kill(process.pid, "SIGKILL")
  },
  onApplied: () => process.send!({ message: "applied" }),
})
await database.stop()
process.disconnect!()
