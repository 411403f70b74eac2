import { sqlQuery } from "../../../../src/daemon/storage/database.ts"
import { openSqliteDatabase } from "../../../../src/daemon/storage/sqlite/sqlite-database.ts"

/* Writes within a transaction that waits, and kills itself with SIGKILL before it is committed: `node killed-transaction.ts <path>` */
const [path] = process.argv.slice(2)
const database = await openSqliteDatabase({
  path: path!,
  durability: "full",
  cacheBytes: 2 * 1024 * 1024,
  onFatal: () => process.abort(),
})
const transaction = await database.beginTransaction({ timeoutMs: 10_000, signal: new AbortController().signal })
for (let index = 0; index < 2_000; index += 1) {
  transaction.write((tx) => tx.run(sqlQuery("INSERT INTO notes (text) VALUES (?)", [`${index} ${"x".repeat(2_000)}`])))
}
process.kill(process.pid, "SIGKILL")
