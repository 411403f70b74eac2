import { sqlQuery } from "./database.ts"
import type { Reader, Transaction } from "./database.ts"

/**
 * The keys of `_alyx_meta`: `epoch` is a UUID that restore and reset renew, `schema` the applied schema as JSON,
 * `pruned_through` the last number that the change log no longer has, `format_version` that of the system tables.
 */
export type MetaKey = "epoch" | "schema" | "pruned_through" | "format_version"

/** Returns one fact about the database, or undefined when it has not been set. */
export function readMeta(reader: Reader, key: MetaKey): string | undefined {
  return reader.get(sqlQuery<{ value: string }>("SELECT value FROM _alyx_meta WHERE key = ?", [key]))?.value
}

/** Sets one fact about the database. */
export function writeMeta(transaction: Transaction, key: MetaKey, value: string): void {
  transaction.run(
    sqlQuery(
      "INSERT INTO _alyx_meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      [key, value],
    ),
  )
}
