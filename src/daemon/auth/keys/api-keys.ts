import { alyxError } from "../../../errors.ts"
import type { Clock } from "../../../lib/clock.ts"
import type { IdSource } from "../../../lib/id.ts"
import type { KeyView } from "../../../protocol/auth-api.ts"
import type { RuleOperation } from "../../../schema/schema.ts"
import type { Signals } from "../../signals/signals.ts"
import type { Database, Reader } from "../../storage/database.ts"
import { systemTables } from "../../storage/system-tables.ts"
import { findKey, keyColumns, keyNotFound } from "./find-key.ts"
import type { KeyRow } from "./find-key.ts"
import { keyHash, makeKeySecret } from "./key-secret.ts"

/** What making and revoking keys needs. */
export interface KeyParts {
  readonly database: Database
  readonly signals: Signals
  readonly clock: Clock
  readonly ids: IdSource
}

/** Keys that there may be at once; programs need a handful, and a list has one page. */
export const keyCountMax = 1_000

/** A key to make. Everything was checked. */
export interface NewKey {
  readonly name: string
  readonly role: string
  /** Null for one that does not expire. */
  readonly lifetimeMs: number | null
  readonly collections: readonly string[] | null
  readonly operations: readonly RuleOperation[] | null
}

/** Makes a key; the secret is in the answer and nowhere else. */
export async function createKey(
  { database, signals, clock, ids }: KeyParts,
  wanted: NewKey,
): Promise<{ readonly key: KeyView; readonly secret: string }> {
  const secret = makeKeySecret()
  const nowMs = clock.now()
  const row: KeyRow = {
    id: ids.next(nowMs),
    name: wanted.name,
    role: wanted.role,
    collections: jsonOf(wanted.collections),
    operations: jsonOf(wanted.operations),
    created_at: new Date(nowMs).toISOString(),
    expires_at: wanted.lifetimeMs === null ? null : new Date(nowMs + wanted.lifetimeMs).toISOString(),
    last_used_at: null,
  }
  await database.write((transaction) => {
    requireRoom(transaction, wanted.name)
    const insert = systemTables.insertInto("_alyx_api_keys").values({ ...row, key_hash: keyHash(secret)! })
    transaction.run(insert.compile())
  })
  signals.nudge("accounts")
  return { key: keyView(row), secret }
}

/** All keys, in the order in which they were made, without their secrets. */
export function listKeys({ database }: Pick<KeyParts, "database">): readonly KeyView[] {
  const query = systemTables.selectFrom("_alyx_api_keys").select(keyColumns).orderBy("id").compile()
  return database.read((reader) => reader.all(query)).map(keyView)
}

/** Ends a key, by its id or name; the next request with it is refused. */
export async function revokeKey({ database, signals }: KeyParts, idOrName: string): Promise<KeyView> {
  const key = await database.write((transaction) => {
    const row = findKey(transaction, idOrName)
    if (row === undefined) throw keyNotFound(idOrName)
    transaction.run(systemTables.deleteFrom("_alyx_api_keys").where("id", "=", row.id).compile())
    return keyView(row)
  })
  signals.nudge("accounts")
  return key
}

/** A key as admins and who uses it see it: without its secret. */
export function keyView({ collections, operations, ...row }: KeyRow): KeyView {
  return { ...row, collections: listOf(collections), operations: listOf(operations) }
}

/** Names are told apart from ids by being neither, so that revoking by one never means another key. */
function requireRoom(reader: Reader, name: string): void {
  if (findKey(reader, name) !== undefined) {
    throw alyxError("KEY_NAME_TAKEN", {
      message: `An API key is named ${name} already.`,
      next: "Choose another name, or revoke that key first.",
    })
  }
  const keys = systemTables.selectFrom("_alyx_api_keys")
  const { count } = reader.get(keys.select(({ fn }) => fn.countAll<number>().as("count")).compile())!
  if (count < keyCountMax) return
  throw alyxError("CONFLICT", {
    message: `There are ${count} API keys, as many as there may be.`,
    next: "Revoke those that are not used any more: alyx auth key list.",
  })
}

function jsonOf(list: readonly string[] | null): string | null {
  return list === null ? null : JSON.stringify(list)
}

function listOf(text: string | null): readonly string[] | null {
  return text === null ? null : (JSON.parse(text) as readonly string[])
}
