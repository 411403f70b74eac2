import { expect, test } from "vitest"

import { findAccount } from "../../../../src/daemon/auth/accounts.ts"
import { changeAccount } from "../../../../src/daemon/auth/change-account.ts"
import { parseEmailAddress } from "../../../../src/daemon/auth/email-address.ts"
import { createKey } from "../../../../src/daemon/auth/keys/api-keys.ts"
import { makeAccount } from "../../../../src/daemon/auth/make-account.ts"
import { sqlQuery } from "../../../../src/daemon/storage/database.ts"
import { ownerCaller } from "../../../helpers/owner-caller.ts"
import type { RunningHttp } from "../http-fixture.ts"
import { makeAdmin, registerAs, sendAs, signInAs, startAuth, usersSchema } from "../auth-http.ts"
import type { Person } from "../auth-http.ts"

/** A server with an admin. */
async function startWithAdmin(schemaText = usersSchema): Promise<RunningHttp & { readonly admin: Person }> {
  const running = await startAuth({ schemaText })
  const admin = await registerAs(running.port, "admin")
  await makeAdmin(running, admin)
  return { ...running, admin }
}

function count({ parts }: RunningHttp, table: string): number {
  const query = sqlQuery<{ n: number }>(`SELECT count(*) AS n FROM "${table}"`)
  return parts.auth.database.read((reader) => reader.get(query))?.n ?? -1
}

test("registering makes the document and the account with one id", async () => {
  const running = await startAuth()

  const ada = await registerAs(running.port, "ada", { name: "Ada" })

  const own = await sendAs(running.port, ada.access, "GET", `/api/collections/users/${ada.id}`)
  expect(own).toMatchObject({
    status: 200,
    body: { id: ada.id, email: ada.email, role: "user", verified: false, name: "Ada" },
  })
})

test("whatever a registration gets wrong leaves neither account nor document", async () => {
  const running = await startAuth()
  const body = { email: "ada@example.com", password: "long enough" }
  const tries: [Record<string, unknown>, number, string][] = [
    [{ ...body, nmae: "Ada" }, 400, "VALIDATION_ERROR"],
    [{ ...body, name: "x".repeat(81) }, 400, "VALIDATION_ERROR"],
    [{ ...body, id: "0198c0de-0000-7000-8000-000000000000" }, 400, "VALIDATION_ERROR"],
    [{ ...body, email: "ada" }, 400, "VALIDATION_ERROR"],
    [{ ...body, password: "short" }, 400, "VALIDATION_ERROR"],
    [{ email: body.email }, 400, "VALIDATION_ERROR"],
    [{ ...body, role: "admin" }, 403, "MANAGED_FIELD"],
    [{ ...body, verified: true }, 403, "MANAGED_FIELD"],
    [{ ...body, metadata: { plan: "gold" } }, 400, "VALIDATION_ERROR"],
  ]

  for (const [sent, status, code] of tries) {
    const answer = await sendAs(running.port, null, "POST", "/api/auth/register", sent)
    expect({ sent, status: answer.status, code: answer.body.error.code }).toEqual({ sent, status, code })
  }

  expect([count(running, "_alyx_users"), count(running, "users")]).toEqual([0, 0])
})

test("the create rule of the users collection decides who may register", async () => {
  const closed = usersSchema.replace("create: true", "create: \"auth.role == 'host'\"")
  const running = await startWithRegistration(closed)

  const refused = await sendAs(running.port, null, "POST", "/api/auth/register", guest)
  expect(refused).toMatchObject({ status: 401, body: { error: { code: "UNAUTHENTICATED" } } })
  const byUser = await sendAs(running.port, running.user.access, "POST", "/api/auth/register", guest)
  expect(byUser).toMatchObject({ status: 403, body: { error: { code: "FORBIDDEN" } } })
  const before = count(running, "_alyx_users")

  await sendAs(running.port, running.admin.access, "PATCH", `/api/collections/users/${running.user.id}`, {
    role: "host",
  })
  const byHost = await sendAs(running.port, running.user.access, "POST", "/api/auth/register", guest)

  expect(byHost.status).toBe(201)
  expect(count(running, "_alyx_users")).toBe(before + 1)
})

const guest = { email: "guest@example.com", password: "long enough" }

/** A server whose schema does not let anybody register: its people come from before. */
async function startWithRegistration(schemaText: string) {
  const running = await startAuth({ schemaText })
  const person = async (name: string, role: string): Promise<Person> => {
    const [email, password] = [`${name}@example.com`, `password of ${name}`]
    const passwordHash = await running.parts.auth.passwords.hash(password)
    await running.parts.auth.database.write((transaction) =>
      makeAccount(transaction, running.parts.auth, {
        caller: ownerCaller("test"),
        address: parseEmailAddress(email)!,
        passwordHash,
        role,
        isVerified: true,
        values: {},
      }),
    )
    return signInAs(running.port, { email, password })
  }
  return { ...running, admin: await person("admin", "admin"), user: await person("user", "user") }
}

test("nobody makes themselves an admin by their own document, alone or in a batch", async () => {
  const { port } = await startAuth()
  const ada = await registerAs(port, "ada")
  const path = `/api/collections/users/${ada.id}`
  const inBatch = (data: unknown) => ({ operations: [{ op: "update", collection: "users", id: ada.id, data }] })

  for (const change of [{ role: "admin" }, { verified: true }, { email: "other@example.com" }]) {
    for (const answer of [
      await sendAs(port, ada.access, "PATCH", path, change),
      await sendAs(port, ada.access, "POST", "/api/batch", inBatch(change)),
    ]) {
      expect(answer).toMatchObject({ status: 403, body: { error: { code: "MANAGED_FIELD" } } })
    }
  }
  for (const answer of [
    await sendAs(port, ada.access, "POST", "/api/collections/users", { email: "evil@example.com", role: "admin" }),
    await sendAs(port, ada.access, "POST", "/api/batch", {
      operations: [{ op: "create", collection: "users", data: { email: "evil@example.com", role: "admin" } }],
    }),
    await sendAs(port, null, "POST", "/api/collections/users", { email: "evil@example.com" }),
  ]) {
    expect(answer).toMatchObject({ status: 403, body: { error: { code: "REGISTER_INSTEAD" } } })
  }
  expect((await sendAs(port, ada.access, "PATCH", path, { name: "Ada" })).status).toBe(200)
  const me = await sendAs(port, ada.access, "GET", "/api/auth/me")
  expect(me.body.user).toMatchObject({ role: "user", verified: false, email: ada.email, name: "Ada" })
})

test("what an admin writes to managed fields is the account's from the next request on", async () => {
  const running = await startWithAdmin()
  const { port, admin } = running
  const ada = await registerAs(port, "ada")
  expect((await sendAs(port, ada.access, "GET", "/api/auth/me")).body.user.role).toBe("user")

  const changed = await sendAs(port, admin.access, "PATCH", `/api/collections/users/${ada.id}`, {
    email: "ada.l@example.com",
    role: "editor",
    verified: true,
  })

  expect(changed.status).toBe(200)
  const me = await sendAs(port, ada.access, "GET", "/api/auth/me")
  expect(me.body.user).toMatchObject({ email: "ada.l@example.com", role: "editor", verified: true })
  expect(await signInAs(port, { ...ada, email: "ada.l@example.com" })).toMatchObject({ id: ada.id })
  expect(
    (await sendAs(port, null, "POST", "/api/auth/login", { email: ada.email, password: ada.password })).status,
  ).toBe(401)
})

test("an address that another account has, in any spelling, is a conflict for admins too, and nothing is written", async () => {
  const { port, admin } = await startWithAdmin()
  const ada = await registerAs(port, "ada")
  await registerAs(port, "bob")

  for (const email of ["bob@example.com", "BOB@Example.COM"]) {
    const answer = await sendAs(port, admin.access, "PATCH", `/api/collections/users/${ada.id}`, {
      email,
      name: "lost",
    })
    expect(answer.status).toBe(409)
    expect(["EMAIL_TAKEN", "UNIQUE_CONFLICT"]).toContain(answer.body.error.code)
  }
  const created = await sendAs(port, admin.access, "POST", "/api/collections/users", { email: "Bob@example.com" })
  expect(created).toMatchObject({ status: 409, body: { error: { code: "EMAIL_TAKEN" } } })
  const me = await sendAs(port, ada.access, "GET", "/api/auth/me")
  expect(me.body.user).toMatchObject({ email: ada.email, name: null })
})

test("a document that an admin makes brings an account without a password", async () => {
  const running = await startWithAdmin()
  const { port, admin } = running

  const made = await sendAs(port, admin.access, "POST", "/api/collections/users", {
    email: "eve@example.com",
    role: "editor",
  })

  expect(made.status).toBe(201)
  const account = running.parts.auth.database.read((reader) => findAccount(reader, made.body.id))
  expect(account).toMatchObject({ email: "eve@example.com", role: "editor", isVerified: false, passwordHash: null })
  for (const password of ["", "anything at all"]) {
    const answer = await sendAs(port, null, "POST", "/api/auth/login", { email: "eve@example.com", password })
    expect(answer).toMatchObject({ status: 401, body: { error: { code: "INVALID_CREDENTIALS" } } })
  }
})

test("a document without an address belongs to nobody, and one with a wrong address is refused", async () => {
  const schemaText = usersSchema.replace(
    "email: { type: string, format: email, unique: true }",
    "email: { type: string, nullable: true }",
  )
  const running = await startWithAdmin(schemaText)
  const { port, admin } = running

  const without = await sendAs(port, admin.access, "POST", "/api/collections/users", { name: "Nobody" })
  const wrong = await sendAs(port, admin.access, "POST", "/api/collections/users", { email: "nobody" })

  expect(without.status).toBe(201)
  expect(wrong).toMatchObject({
    status: 400,
    body: { error: { code: "VALIDATION_ERROR", details: { fields: { email: [{}] } } } },
  })
  expect([count(running, "users"), count(running, "_alyx_users")]).toEqual([2, 1])
  const emptied = await sendAs(port, admin.access, "PATCH", `/api/collections/users/${admin.id}`, { email: null })
  expect(emptied).toMatchObject({ status: 400, body: { error: { code: "VALIDATION_ERROR" } } })
})

test.each(["by its owner", "by an admin", "in a batch"])(
  "the end of a document ends account and sessions: %s",
  async (how) => {
    const running = await startWithAdmin()
    const { port, admin } = running
    const ada = await registerAs(port, "ada")
    const token = how === "by its owner" ? ada.access : admin.access

    const answer =
      how === "in a batch"
        ? await sendAs(port, token, "POST", "/api/batch", {
            operations: [{ op: "delete", collection: "users", id: ada.id }],
          })
        : await sendAs(port, token, "DELETE", `/api/collections/users/${ada.id}`)

    expect([200, 204]).toContain(answer.status)
    expect(await sendAs(port, ada.access, "GET", "/api/auth/me")).toMatchObject({
      status: 401,
      body: { error: { code: "INVALID_TOKEN" } },
    })
    expect((await sendAs(port, null, "POST", "/api/auth/refresh", { refresh_token: ada.refresh })).status).toBe(401)
    expect([count(running, "_alyx_users"), count(running, "users"), count(running, "_alyx_sessions")]).toEqual([
      1, 1, 1,
    ])
  },
)

test("a cascade from another collection ends accounts too", async () => {
  const schemaText = `
collections:
  teams:
    fields:
      name: { type: string }
  users:
    fields:
      id: { type: string, primary: true }
      team_id: { type: uuid, references: teams.id, onDelete: cascade, nullable: true }
    rules: { create: true, read: true }
`
  const running = await startWithAdmin(schemaText)
  const { port, admin } = running
  const team = await sendAs(port, admin.access, "POST", "/api/collections/teams", { name: "red" })
  const ada = await registerAs(port, "ada", { team_id: team.body.id })
  const bob = await registerAs(port, "bob")

  expect((await sendAs(port, admin.access, "DELETE", `/api/collections/teams/${team.body.id}`)).status).toBe(204)

  expect((await sendAs(port, ada.access, "GET", "/api/auth/me")).status).toBe(401)
  expect((await sendAs(port, bob.access, "GET", "/api/auth/me")).status).toBe(200)
  expect(count(running, "_alyx_users")).toBe(2)
})

test("a batch that fails at its end leaves accounts as they were", async () => {
  const running = await startWithAdmin()
  const { port, admin } = running
  const ada = await registerAs(port, "ada")

  const answer = await sendAs(port, admin.access, "POST", "/api/batch", {
    operations: [
      { op: "create", collection: "users", data: { email: "eve@example.com" } },
      { op: "update", collection: "users", id: ada.id, data: { role: "editor" } },
      { op: "delete", collection: "users", id: "0198c0de-0000-7000-8000-000000000000" },
    ],
  })

  expect(answer.status).toBe(404)
  expect(count(running, "_alyx_users")).toBe(2)
  expect((await sendAs(port, ada.access, "GET", "/api/auth/me")).body.user.role).toBe("user")
})

test("without a users collection there are accounts all the same, and nothing else is taken", async () => {
  const { port } = await startAuth({ schemaText: "collections:\n  notes:\n    fields:\n      text: { type: text }\n" })

  const more = await sendAs(port, null, "POST", "/api/auth/register", { ...guest, name: "Guest" })
  expect(more).toMatchObject({ status: 400, body: { error: { code: "VALIDATION_ERROR" } } })
  const registered = await sendAs(port, null, "POST", "/api/auth/register", guest)

  expect(registered).toMatchObject({ status: 201, body: { user: { email: guest.email, role: "user" } } })
  const names = Object.keys(registered.body.user).toSorted()
  expect(names).toEqual(["created_at", "email", "id", "metadata", "role", "updated_at", "verified"])
})

test("what a document says of an account from before is not the account's again when something else is written", async () => {
  const running = await startWithAdmin()
  const { port, parts } = running
  const ada = await registerAs(port, "ada")
  await makeAdmin(running, ada)
  // As somebody does who takes a role away in SQL, and forgets the document.
  await parts.auth.database.write((transaction) =>
    transaction.run(sqlQuery(`UPDATE "_alyx_users" SET role = 'user' WHERE id = ?`, [ada.id])),
  )
  parts.auth.signals.nudge("accounts")
  const path = `/api/collections/users/${ada.id}`

  expect((await sendAs(port, ada.access, "PATCH", path, { name: "Ada" })).status).toBe(200)
  expect((await sendAs(port, ada.access, "PATCH", path, { name: "Ada L.", role: "admin" })).status).toBe(200)

  expect((await sendAs(port, ada.access, "GET", "/api/auth/me")).body.user.role).toBe("user")
})

test("the last admin stays one, whoever writes their document, and wherever its end begins", async () => {
  const schemaText = `
collections:
  teams:
    fields:
      name: { type: string }
    rules: { create: true, read: true, delete: true }
  users:
    fields:
      id: { type: uuid, primary: true, default: auto }
      email: { type: string, unique: true }
      role: { type: string, default: user }
      team_id: { type: uuid, references: teams.id, onDelete: cascade, nullable: true }
    rules: { create: true, read: true, delete: "auth.id == doc.id" }
`
  const running = await startWithAdmin(schemaText)
  const { port, admin, parts } = running
  const path = `/api/collections/users/${admin.id}`
  const ada = await registerAs(port, "ada")
  const team = (await sendAs(port, ada.access, "POST", "/api/collections/teams", { name: "red" })).body.id
  expect((await sendAs(port, admin.access, "PATCH", path, { team_id: team })).status).toBe(200)
  const operations = [
    { op: "update", collection: "users", id: ada.id, data: { role: "admin" } },
    { op: "update", collection: "users", id: admin.id, data: { role: "user" } },
  ]

  for (const answer of [
    await sendAs(port, admin.access, "DELETE", path),
    await sendAs(port, admin.access, "PATCH", path, { role: "user" }),
    await sendAs(port, ada.access, "DELETE", `/api/collections/teams/${team}`),
  ]) {
    expect(answer).toMatchObject({ status: 409, body: { error: { code: "CONFLICT" } } })
  }
  expect(parts.auth.database.read((reader) => findAccount(reader, admin.id))?.role).toBe("admin")
  expect((await sendAs(port, admin.access, "POST", "/api/batch", { operations })).status).toBe(200)
  expect((await sendAs(port, ada.access, "DELETE", `/api/collections/teams/${team}`)).status).toBe(204)
  expect(count(running, "_alyx_users")).toBe(1)
})

test("an admin who gives a document another address takes its proof away, unless they say so", async () => {
  const withoutField = usersSchema.replace(/ +verified: .*\n/, "")
  for (const schemaText of [usersSchema, withoutField]) {
    const { port, admin, parts } = await startWithAdmin(schemaText)
    const ada = await registerAs(port, "ada")
    const path = `/api/collections/users/${ada.id}`
    const change = { changes: { isVerified: true }, id: ada.id }
    await parts.auth.database.write((transaction) => changeAccount(transaction, parts.auth, change))
    const isVerified = () => parts.auth.database.read((reader) => findAccount(reader, ada.id))?.isVerified

    const same = await sendAs(port, admin.access, "PATCH", path, { email: ada.email, name: "Ada" })
    const before = isVerified()
    const moved = await sendAs(port, admin.access, "PATCH", path, { email: "other@example.com" })

    expect([same.status, before, moved.status, isVerified()]).toEqual([200, true, 200, false])
    if (schemaText === withoutField) continue
    expect(moved.body.verified).toBe(false)
    const said = await sendAs(port, admin.access, "PATCH", path, { email: "third@example.com", verified: true })
    expect([said.body.verified, isVerified()]).toEqual([true, true])
  }
})

test("a limited API key of the role admin makes nobody an admin", async () => {
  const { port, parts } = await startWithAdmin()
  const ada = await registerAs(port, "ada")
  const { database, clock, ids, signals } = parts.auth
  const key = { name: "ci", role: "admin", lifetimeMs: null, collections: ["users"], operations: null }
  const { secret } = await createKey({ database, clock, ids, signals }, key)
  const path = `/api/collections/users/${ada.id}`
  const inBatch = (operation: unknown) => sendAs(port, secret, "POST", "/api/batch", { operations: [operation] })
  const data = { role: "admin" }

  for (const answer of [
    await sendAs(port, secret, "PATCH", path, data),
    await sendAs(port, secret, "PATCH", path, { email: "mine@example.com" }),
    await inBatch({ op: "update", collection: "users", id: ada.id, data }),
  ]) {
    expect(answer).toMatchObject({ status: 403, body: { error: { code: "MANAGED_FIELD" } } })
  }
  for (const answer of [
    await sendAs(port, secret, "POST", "/api/collections/users", { email: "evil@example.com", ...data }),
    await inBatch({ op: "create", collection: "users", data: { email: "evil@example.com", ...data } }),
  ]) {
    expect(answer).toMatchObject({ status: 403, body: { error: { code: "REGISTER_INSTEAD" } } })
  }
  expect((await sendAs(port, secret, "PATCH", path, { name: "Ada", role: "user" })).status).toBe(200)
})
