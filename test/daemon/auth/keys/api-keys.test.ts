import { DatabaseSync } from "node:sqlite"
import path from "node:path"

import { expect, test } from "vitest"

import { createKey, keyCountMax, listKeys, revokeKey } from "../../../../src/daemon/auth/keys/api-keys.ts"
import type { NewKey } from "../../../../src/daemon/auth/keys/api-keys.ts"
import { KeyIdentities } from "../../../../src/daemon/auth/keys/key-identities.ts"
import { LocalSignals } from "../../../../src/daemon/signals/signals.ts"
import { IdSource } from "../../../../src/lib/id.ts"
import { tempFolder } from "../../../helpers/temp-folder.ts"
import { openTestDatabase } from "../../http/test-database.ts"

const plain: NewKey = { name: "ci", role: "editor", lifetimeMs: null, collections: null, operations: null }
const minuteMs = 60_000

test("a key acts with its role, under an id of its own, and is no account", async () => {
  const { parts, identities } = await openKeys()

  const { key, secret } = await createKey(parts, plain)

  expect(secret).toMatch(/^alyx_[\w-]{43}$/)
  expect(identities.identify(secret)).toEqual({
    auth: { id: `key:${key.id}`, email: null, role: "editor", verified: false, metadata: {} },
    isAdmin: false,
    sessionId: null,
    scope: null,
  })
})

test("only a key whose role is admin is one, and its scope comes with it", async () => {
  const { parts, identities } = await openKeys()

  const { secret } = await createKey(parts, { ...plain, role: "admin", collections: ["notes"], operations: ["read"] })

  expect(identities.identify(secret)).toMatchObject({
    isAdmin: true,
    scope: { collections: ["notes"], operations: ["read"] },
  })
})

test("the same frozen identity serves every request of a key", async () => {
  const { parts, identities } = await openKeys()
  const { secret } = await createKey(parts, { ...plain, collections: ["notes"] })

  const first = identities.identify(secret)

  expect(identities.identify(secret)).toBe(first)
  for (const part of [first, first.auth, first.scope]) expect(Object.isFrozen(part)).toBe(true)
})

test("the database holds a hash, and the secret nowhere", async () => {
  const { parts, file } = await openKeys()

  const { secret } = await createKey(parts, plain)

  const reader = new DatabaseSync(file, { readOnly: true })
  const rows = reader.prepare("SELECT * FROM _alyx_api_keys").all()
  reader.close()
  expect(rows).toHaveLength(1)
  expect(JSON.stringify(rows)).not.toContain(secret.slice(5, 25))
  expect(JSON.stringify(listKeys(parts))).not.toContain(secret.slice(5, 25))
})

test("an expired key is refused from the millisecond on at which it expires, though it is held", async () => {
  const { parts, identities, clock } = await openKeys()
  const { key, secret } = await createKey(parts, { ...plain, lifetimeMs: minuteMs })

  clock.ms += minuteMs - 1
  expect(identities.identify(secret).auth.role).toBe("editor")
  clock.ms += 1

  expect(() => identities.identify(secret)).toThrow(expect.objectContaining({ code: "INVALID_TOKEN" }))
  expect(key.expires_at).toBe(new Date(clock.ms).toISOString())
})

test.each(["id", "name"] as const)("a key that was revoked by its %s is refused by the next request", async (by) => {
  const { parts, identities } = await openKeys()
  const { key, secret } = await createKey(parts, plain)
  identities.identify(secret)

  await revokeKey(parts, key[by])

  expect(() => identities.identify(secret)).toThrow(expect.objectContaining({ code: "INVALID_TOKEN" }))
  expect(listKeys(parts)).toEqual([])
  await expect(revokeKey(parts, key[by])).rejects.toMatchObject({ code: "KEY_NOT_FOUND" })
})

test("a key that another program took away is refused a second later", async () => {
  const { parts, identities, database, clock } = await openKeys()
  const { secret } = await createKey(parts, plain)
  identities.identify(secret)

  await database.write((transaction) => transaction.run({ sql: "DELETE FROM _alyx_api_keys", parameters: [] }))
  clock.ms += 1_000

  expect(() => identities.identify(secret)).toThrow(expect.objectContaining({ code: "INVALID_TOKEN" }))
})

test("a key stays one object when something else changed", async () => {
  const { parts, identities, clock } = await openKeys()
  const { secret } = await createKey(parts, { ...plain, collections: ["notes"] })
  const first = identities.identify(secret)

  parts.signals.nudge("accounts")
  const nudged = identities.identify(secret)
  clock.ms += 5_000

  expect(nudged).toBe(first)
  expect(identities.identify(secret)).toBe(first)
})

test("a key that a restore brought back or took away is seen at once", async () => {
  const { parts, identities, database } = await openKeys()
  const { secret } = await createKey(parts, plain)
  identities.identify(secret)

  await database.write((transaction) => transaction.run({ sql: "DELETE FROM _alyx_api_keys", parameters: [] }))
  parts.signals.nudge("database")

  expect(() => identities.identify(secret)).toThrow(expect.objectContaining({ code: "INVALID_TOKEN" }))
})

test.each(["alyx_", "alyx_short", `alyx_${"a".repeat(43)}`, `alyx_${"a".repeat(44)}`, "", `alyx_${"ä".repeat(43)}`])(
  "%j is no key, and the answer does not repeat it",
  async (secret) => {
    const { identities } = await openKeys()

    let thrown: unknown
    try {
      identities.identify(secret)
    } catch (error) {
      thrown = error
    }

    expect(thrown).toMatchObject({ code: "INVALID_TOKEN" })
    if (secret.length > 5) expect(String(thrown)).not.toContain(secret)
  },
)

test("the use of a key is written once a minute, however often it is used", async () => {
  const { parts, identities, clock, database } = await openKeys()
  const { secret } = await createKey(parts, plain)
  const before = database.stats().writeCount
  const started = clock.ms

  for (let second = 0; second < 125; second += 1) {
    identities.identify(secret)
    clock.ms += 1_000
  }
  await identities.stop()

  expect(database.stats().writeCount - before).toBe(3)
  expect(listKeys(parts)[0]!.last_used_at).toBe(new Date(started + 120_000).toISOString())
})

test("two keys have two names, a name is never another key's id, and there is a limit to their number", async () => {
  const { parts, database } = await openKeys()
  const { key } = await createKey(parts, plain)

  await expect(createKey(parts, plain)).rejects.toMatchObject({ code: "KEY_NAME_TAKEN" })
  await expect(createKey(parts, { ...plain, name: key.id })).rejects.toMatchObject({ code: "KEY_NAME_TAKEN" })

  await database.write((transaction) =>
    transaction.run({
      sql: `INSERT INTO _alyx_api_keys (id, name, key_hash, role, created_at)
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT 'i' || i, 'n' || i, 'h' || i, 'x', '' FROM n`,
      parameters: [keyCountMax - 1],
    }),
  )
  await expect(createKey(parts, { ...plain, name: "more" })).rejects.toMatchObject({ code: "CONFLICT" })
})

async function openKeys() {
  const file = path.join(await tempFolder(), "alyx.db")
  const { database } = await openTestDatabase(file)
  const clock = { ms: Date.parse("2030-01-01T00:00:00Z"), now: (): number => clock.ms }
  const signals = new LocalSignals()
  const parts = { database, signals, clock, ids: new IdSource() }
  const logger = {
    warn: (message: string) => {
      throw new Error(message)
    },
  }
  return { parts, file, clock, database, identities: new KeyIdentities({ database, signals, clock, logger }) }
}
