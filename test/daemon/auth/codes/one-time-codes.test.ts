import path from "node:path"

import { expect, it } from "vitest"

import {
  codeLifetimesMs,
  findCode,
  keepCode,
  readCode,
  useCode,
} from "../../../../src/daemon/auth/codes/one-time-codes.ts"
import { insertAccountRow } from "../../../../src/daemon/auth/accounts.ts"
import { parseEmailAddress } from "../../../../src/daemon/auth/email-address.ts"
import { newSecret } from "../../../../src/daemon/auth/secret-token.ts"
import { sqlQuery } from "../../../../src/daemon/storage/database.ts"
import { tempFolder } from "../../../helpers/temp-folder.ts"
import { openTestDatabase } from "../../http/test-database.ts"

const nowMs = Date.parse("2026-11-21T12:00:00.000Z")

async function database() {
  const folder = await tempFolder()
  const opened = await openTestDatabase(path.join(folder, "alyx.db"))
  await opened.database.write((transaction) => {
    insertAccountRow(transaction, {
      id: "ada",
      address: parseEmailAddress("ada@example.com")!,
      passwordHash: null,
      role: "user",
      isVerified: false,
      nowIso: new Date(nowMs).toISOString(),
    })
  })
  return opened.database
}

it("works once, and is kept by its hash alone", async () => {
  const db = await database()
  const code = newSecret()

  await db.write((tx) => keepCode(tx, code, { purpose: "verify", userId: "ada", data: { for: "x" }, nowMs }))
  const kept = db.read((reader) => reader.all(sqlQuery("SELECT * FROM _alyx_auth_codes")))
  const used = await db.write((tx) => useCode(tx, { code, purpose: "verify", nowMs }))

  expect(JSON.stringify(kept)).not.toContain(code)
  expect(used).toEqual({ userId: "ada", data: { for: "x" } })
  await expect(db.write((tx) => useCode(tx, { code, purpose: "verify", nowMs }))).rejects.toMatchObject({
    code: "INVALID_CODE",
  })
})

it("works for its own purpose, and until its time is over", async () => {
  const db = await database()
  const code = newSecret()
  await db.write((tx) => keepCode(tx, code, { purpose: "reset", userId: "ada", nowMs }))
  const find = (purpose: "reset" | "verify", atMs: number) =>
    db.read((tx) => findCode(tx, { code, purpose, nowMs: atMs }))

  const lastMs = nowMs + codeLifetimesMs.reset - 1

  expect(find("reset", lastMs).userId).toBe("ada")
  expect(() => find("verify", nowMs)).toThrow(expect.objectContaining({ code: "INVALID_CODE" }))
  expect(() => find("reset", lastMs + 1)).toThrow(expect.objectContaining({ code: "INVALID_CODE" }))
})

it("is replaced by a newer one of its purpose, and by no other", async () => {
  const db = await database()
  const [first, second, other] = [newSecret(), newSecret(), newSecret()]
  await db.write((tx) => keepCode(tx, first, { purpose: "reset", userId: "ada", nowMs }))
  await db.write((tx) => keepCode(tx, other, { purpose: "verify", userId: "ada", nowMs }))
  await db.write((tx) => keepCode(tx, second, { purpose: "reset", userId: "ada", nowMs }))
  const isKnown = (code: string, purpose: "reset" | "verify") => {
    try {
      return db.read((reader) => findCode(reader, { code, purpose, nowMs })).userId === "ada"
    } catch {
      return false
    }
  }

  const known = [isKnown(first, "reset"), isKnown(second, "reset"), isKnown(other, "verify")]

  expect(known).toEqual([false, true, true])
})

it("is not used up by a transaction that fails", async () => {
  const db = await database()
  const code = newSecret()
  await db.write((tx) => keepCode(tx, code, { purpose: "reset", userId: "ada", nowMs }))

  const failed = db.write((tx) => {
    useCode(tx, { code, purpose: "reset", nowMs })
    throw new Error("something else went wrong")
  })

  await expect(failed).rejects.toThrow("something else went wrong")
  expect(db.read((reader) => findCode(reader, { code, purpose: "reset", nowMs })).userId).toBe("ada")
})

it("refuses what cannot be a code before it is looked up", () => {
  for (const value of [undefined, null, 7, "", "short", `${newSecret()}=`, `${newSecret().slice(1)}'`, [newSecret()]]) {
    expect(() => readCode(value)).toThrow(expect.objectContaining({ code: "INVALID_CODE" }))
  }
})
