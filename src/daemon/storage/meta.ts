import type { Reader, Transaction } from "./database.ts"
import { systemTables } from "./system-tables.ts"

/**
 * The keys of `_alyx_meta`: `epoch` is a UUID that restore and reset renew, `schema` the applied schema as JSON,
 * `pruned_through` the last number that the change log no longer has, `format_version` that of the system tables.
 */
export type MetaKey = "epoch" | "schema" | "pruned_through" | "format_version"

/** Returns one fact about the database, or undefined when it has not been set. */
export function readMeta(reader: Reader, key: MetaKey): string | undefined {
  return reader.get(systemTables.selectFrom("_alyx_meta").select("value").where("key", "=", key).compile())?.value
}

/** Sets one fact about the database. */
export function writeMeta(transaction: Transaction, key: MetaKey, value: string): void {
  transaction.run(
    systemTables
      .insertInto("_alyx_meta")
      .values({ key, value })
      .onConflict((conflict) => conflict.column("key").doUpdateSet({ value }))
      .compile(),
  )
}
