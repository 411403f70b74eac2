import { alyxError } from "../../../errors.ts"
import type { Reader } from "../../storage/database.ts"
import { systemTables } from "../../storage/system-tables.ts"
import type { SystemTables } from "../../storage/system-tables.ts"

/** What is shown of a key: never its hash. */
export const keyColumns = [
  "id",
  "name",
  "role",
  "collections",
  "operations",
  "created_at",
  "expires_at",
  "last_used_at",
] as const

/** A key without its hash. */
export type KeyRow = Pick<SystemTables["_alyx_api_keys"], (typeof keyColumns)[number]>

/** Finds a key by its id or its name; no name is the id of another key. */
export function findKey(reader: Reader, idOrName: string): KeyRow | undefined {
  const found = systemTables
    .selectFrom("_alyx_api_keys")
    .select(keyColumns)
    .where((where) => where.or([where("id", "=", idOrName), where("name", "=", idOrName)]))
  return reader.get(found.compile())
}

/** Says that there is no such key. */
export function keyNotFound(idOrName: string): Error {
  return alyxError("KEY_NOT_FOUND", {
    message: `There is no API key with the id or name ${idOrName.slice(0, 100)}.`,
    next: "alyx auth key list shows those that there are.",
  })
}
