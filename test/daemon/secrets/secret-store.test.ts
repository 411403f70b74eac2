import { readFile, rm, stat, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import { SecretStore } from "../../../src/daemon/secrets/secret-store.ts"
import { sqlQuery } from "../../../src/daemon/storage/database.ts"
import { systemClock } from "../../../src/lib/clock.ts"
import { createLogger } from "../../../src/lib/logger.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"
import { openTestDatabase } from "../http/test-database.ts"

async function openSecrets() {
  const folder = await tempFolder()
  const file = path.join(folder, "alyx.db")
  const { database } = await openTestDatabase(file)
  const lines: string[] = []
  const logger = createLogger({ level: "debug", format: "json", destination: { write: (line) => lines.push(line) } })
  const keyFile = path.join(folder, "alyx.keys")
  const open = async (configuredKey: string | null = null): Promise<SecretStore> => {
    const store = new SecretStore({ database, clock: systemClock, logger, configuredKey, keyFile: () => keyFile })
    await store.start()
    return store
  }
  return { database, file, keyFile, lines, open }
}

test("what is set is read again after a start, and nothing of it stands in the database's files", async () => {
  const { open, database, file, keyFile } = await openSecrets()
  const secrets = await open()
  await secrets.set("STRIPE_KEY", "sk_live_0123456789")
  await secrets.set("MOTTO", 'fünf ✓\n"quoted"')
  await secrets.set("STRIPE_KEY", "sk_live_9876543210")

  const again = await open()

  expect(again.read(["STRIPE_KEY", "MOTTO", "NOT_SET"])).toEqual({
    STRIPE_KEY: "sk_live_9876543210",
    MOTTO: 'fünf ✓\n"quoted"',
  })
  expect(again.list().map(({ name }) => name)).toEqual(["MOTTO", "STRIPE_KEY"])
  expect(again.values().toSorted()).toEqual(['fünf ✓\n"quoted"', "sk_live_9876543210"])
  for (const suffix of ["", "-wal"]) expect(await readFile(file + suffix, "latin1")).not.toContain("sk_live")
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
  const rows = database.read((reader) => reader.all(sqlQuery<{ value: Uint8Array }>("SELECT value FROM _alyx_secrets")))
  expect(new Set(rows.map(({ value }) => Buffer.from(value.subarray(1, 13)).toString("hex"))).size).toBe(2)
})

test("what was replaced or removed is still hidden, since calls may hold it, the newest hundred of it", async () => {
  const { open } = await openSecrets()
  const secrets = await open()
  await secrets.set("TOKEN", "the first value")
  await secrets.set("TOKEN", "the second value")
  await secrets.remove("TOKEN")

  expect(secrets.read(["TOKEN"])).toEqual({})
  expect(secrets.values()).toEqual(["the second value", "the first value"])

  for (let index = 0; index < 100; index += 1) await secrets.set("TOKEN", `value ${index}`)
  await secrets.remove("TOKEN")
  expect(secrets.values()).toHaveLength(100)
  expect(secrets.values()).not.toContain("the second value")
})

test("without secrets no key is made", async () => {
  const { open, keyFile } = await openSecrets()

  expect((await open()).read(["A"])).toEqual({})

  await expect(stat(keyFile)).rejects.toMatchObject({ code: "ENOENT" })
})

test("another key opens nothing and loses nothing", async () => {
  const { open, keyFile, lines } = await openSecrets()
  await (await open()).set("TOKEN", "the value of it")
  const kept = await readFile(keyFile)
  await rm(keyFile)

  const wrong = await open()

  expect(lines.join()).toContain("cannot be decrypted")
  expect(lines.join()).not.toContain("the value of it")
  expect(wrong.list().map(({ name }) => name)).toEqual(["TOKEN"])
  expect(wrong.read(["OTHER"])).toEqual({})
  expect(() => wrong.read(["TOKEN"])).toThrow(expect.objectContaining({ code: "SECRET_KEY_WRONG" }))
  await expect(wrong.set("OTHER", "another value")).rejects.toMatchObject({ code: "SECRET_KEY_WRONG" })
  await writeFile(keyFile, kept)
  expect((await open()).read(["TOKEN"])).toEqual({ TOKEN: "the value of it" })
})

test("when another database takes the place, secrets stay set, and its own win", async () => {
  const { open, database } = await openSecrets()
  const secrets = await open()
  await secrets.set("KEPT", "kept value")
  await secrets.set("BOTH", "old value")
  const other = await open()
  await other.set("BOTH", "its own value")
  await database.write((transaction) => transaction.run(sqlQuery("DELETE FROM _alyx_secrets WHERE name = 'KEPT'")))

  await secrets.carryOver()

  for (const store of [secrets, await open()]) {
    expect(store.read(["KEPT", "BOTH"])).toEqual({ KEPT: "kept value", BOTH: "its own value" })
  }
})

test("a value that was moved under another name is not taken for that one's", async () => {
  const { open, database } = await openSecrets()
  const secrets = await open("k".repeat(32))
  await secrets.set("LOW", "low value here")
  await secrets.set("HIGH", "high value here")
  await database.write((transaction) =>
    transaction.run(
      sqlQuery(
        "UPDATE _alyx_secrets SET value = (SELECT value FROM _alyx_secrets WHERE name = 'LOW') WHERE name = 'HIGH'",
      ),
    ),
  )

  const again = await open("k".repeat(32))

  expect(again.read(["LOW"])).toEqual({ LOW: "low value here" })
  expect(() => again.read(["HIGH"])).toThrow(expect.objectContaining({ code: "SECRET_KEY_WRONG" }))
  expect(await again.remove("HIGH")).toBe(true)
  expect(await again.remove("HIGH")).toBe(false)
  expect(again.read(["HIGH"])).toEqual({})
})

test.each([
  ["a-b", "value"],
  ["1A", "value"],
  ["", "value"],
  ["A".repeat(129), "value"],
  ["A", ""],
  ["A", "x".repeat(64 * 1024 + 1)],
])("name %j with its value is refused", async (name, value) => {
  const secrets = await (await openSecrets()).open()

  await expect(async () => secrets.set(name, value)).rejects.toMatchObject({ code: "VALIDATION_ERROR" })
})
