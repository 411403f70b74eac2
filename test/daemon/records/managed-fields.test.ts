import { afterAll, beforeEach, expect, test } from "vitest"

import type { Caller } from "../../../src/daemon/caller.ts"
import { admin, person, stranger } from "./callers.ts"
import { openRecords, refusal } from "./open-records.ts"
import type { TestRecords } from "./open-records.ts"

const yaml = `
collections:
  users:
    timestamps: false
    fields:
      id: { type: string, primary: true }
      email: { type: string, unique: true, rules: { read: "auth.id == doc.id", write: "new.email == doc.email" } }
      role: { type: string, default: user, rules: { read: "auth.id == doc.id" } }
      verified: { type: bool, default: false, rules: { read: "doc.id.startsWith('b') && auth.role == 'moderator'" } }
      name: { type: string, nullable: true }
    rules:
      read: "true"
      update: "auth.id == doc.id || (auth.role == 'moderator' && new.role == doc.role)"
`

const ada = person("ada")
const moderator = person("mia", { role: "moderator" })
let records: TestRecords

beforeEach(async () => {
  await records?.database.remove()
  records = await openRecords(yaml, { accountsCollection: "users" })
  for (const id of ["ada", "bob"]) await records.create("users", { id, email: `${id}@example.com`, name: id })
})

afterAll(() => records.database.remove())

async function told(caller: Caller, id: string, body: unknown): Promise<unknown> {
  records.caller = caller
  const { code, details } = await refusal(() => records.update("users", id, body))
  return [code, details?.["fields"]]
}

function scoped(operations: readonly ("read" | "update")[]): Caller {
  return { ...admin, scope: { collections: null, operations } }
}

test("a guess at a hidden field is refused alike, whether it is right or wrong", async () => {
  for (const caller of [moderator, stranger]) {
    for (const email of ["bob@example.com", "bub@example.com"]) {
      expect(await told(caller, "bob", { name: "B", email })).toEqual(["MANAGED_FIELD", ["email"]])
    }
    for (const role of ["user", "admin"]) {
      expect(await told(caller, "bob", { role })).toEqual(["MANAGED_FIELD", ["role"]])
    }
  }
  for (const verified of [false, true]) {
    expect(await told(moderator, "ada", { verified })).toEqual(["MANAGED_FIELD", ["verified"]])
  }
})

test("what one reads in this document may be sent back as it is, and not changed", async () => {
  records.caller = ada
  const own = await records.update("users", "ada", { email: "ada@example.com", role: "user", name: "A" })
  records.caller = moderator
  const other = await records.update("users", "bob", { verified: false, name: "B" })

  expect(own).toEqual({ id: "ada", email: "ada@example.com", role: "user", name: "A" })
  expect(other).toEqual({ id: "bob", verified: false, name: "B" })
  expect(await told(ada, "ada", { email: "ada@example.com", role: "admin" })).toEqual(["MANAGED_FIELD", ["role"]])
  expect(await told(moderator, "bob", { verified: true })).toEqual(["MANAGED_FIELD", ["verified"]])
})

test("a key of an admin that may not read learns nothing either", async () => {
  expect(await told(scoped(["update"]), "bob", { email: "bob@example.com" })).toEqual(["MANAGED_FIELD", ["email"]])
  records.caller = scoped(["read", "update"])
  expect(await records.update("users", "bob", { email: "bob@example.com", name: "B" })).toMatchObject({ name: "B" })
})
