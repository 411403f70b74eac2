import { openSqliteDatabase } from "../../../../src/daemon/storage/sqlite/sqlite-database.ts"
import type { MigrationStep } from "../../../../src/daemon/storage/sqlite/migration-steps.ts"
import { runMigration } from "../../../../src/daemon/storage/sqlite/run-migration.ts"

/*
 * Runs one migration on a database, and tells how far it is over IPC: for a test that kills it in the middle.
 * `node migrating-process.ts <path> <smallRowCountMax> <step as JSON>`
 */
const [path, smallRowCountMax, step] = process.argv.slice(2)
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
  onProgress: (progress) => process.send!(progress),
  onApplied: () => process.send!({ message: "applied" }),
})
await database.stop()
process.disconnect!()
