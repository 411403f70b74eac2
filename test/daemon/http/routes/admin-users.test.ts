import path from "node:path"

import { expect, test } from "vitest"

import { tempFolder } from "../../../helpers/temp-folder.ts"
import { signedIn } from "../asking-callers.ts"
import { send, sendJson, startHttp } from "../http-fixture.ts"
import type { Answer } from "../http-fixture.ts"

const usersSchema = `
collections:
  users:
    fields:
      email: { type: string, maxLength: 254, unique: true }
      role: { type: string, default: user }
      name: { type: string, maxLength: 20 }
      boss_id: { type: uuid, nullable: true, references: users.id, onDelete: cascade }
    rules:
      create: "true"
      read: auth.id == doc.id
      update: auth.id == doc.id
      delete: "false"
  notes:
    fields:
      text: { type: string }
      owner_id: { type: uuid, references: users.id, onDelete: cascade }
    rules: { create: "true", read: "true", update: "true", delete: "true" }
`

test("an admin makes an account with its document; its person signs in", async () => {
  const { ask, port } = await startAsAdmin()

  const made = await ask("POST", "/api/admin/users", {
    email: "Ada@Example.com",
    password: "correct horse",
    role: "editor",
    name: "Ada",
  })
  const document = await ask("GET", `/api/collections/users/${made.body.user.id}`)
  const signIn = await sendJson(port, "POST", "/api/auth/login", {
    email: "ada@example.com",
    password: "correct horse",
  })

  expect(made).toMatchObject({
    status: 201,
    headers: { location: `/api/admin/users/${made.body.user.id}` },
    body: { user: { email: "Ada@Example.com", role: "editor", verified: false, metadata: {} } },
  })
  expect(document.body).toMatchObject({ email: "Ada@Example.com", role: "editor", name: "Ada" })
  expect(signIn).toMatchObject({ status: 200, body: { user: { role: "editor", name: "Ada" } } })
})

test.each([
  ["no address", { password: "correct horse" }, "VALIDATION_ERROR"],
  ["an address that is none", { email: "ada" }, "VALIDATION_ERROR"],
  ["a role that is none", { email: "a@b.example", role: "" }, "VALIDATION_ERROR"],
  ["a short password", { email: "a@b.example", name: "A", password: "short" }, "VALIDATION_ERROR"],
  ["a field that the collection lacks", { email: "a@b.example", name: "A", nme: "A" }, "VALIDATION_ERROR"],
  ["a field that is too long", { email: "a@b.example", name: "A".repeat(21) }, "VALIDATION_ERROR"],
  ["an address that is taken", { email: "ADMIN@example.com", name: "A" }, "EMAIL_TAKEN"],
  ["no object", [], "VALIDATION_ERROR"],
])("an account of %s is refused, and leaves nothing", async (_what, body, code) => {
  const { ask } = await startAsAdmin()

  const answer = await ask("POST", "/api/admin/users", body)

  expect(answer.body.error.code).toBe(code)
  expect((await ask("GET", "/api/admin/users")).body.total).toBe(2)
  expect((await ask("GET", "/api/collections/users")).body.total).toBe(0)
})

test("accounts are listed newest first, by pages, and found by a part of their address or by their role", async () => {
  const { ask } = await startAsAdmin()
  for (const name of ["ann", "bob", "cid"]) {
    await ask("POST", "/api/admin/users", { email: `${name}@example.com`, role: `${name}s`, name })
  }
  const emails = async (query: string): Promise<string[]> =>
    (await ask("GET", `/api/admin/users?${query}`)).body.users.map((user: { email: string }) => user.email)

  expect(await emails("")).toEqual(["cid", "bob", "ann", "person", "admin"].map((name) => `${name}@example.com`))
  expect(await emails("limit=2&offset=1")).toEqual(["bob@example.com", "ann@example.com"])
  expect(await emails("search=BO")).toEqual(["bob@example.com"])
  expect(await emails("search=anns")).toEqual(["ann@example.com"])
  expect(await emails("role=admin")).toEqual(["admin@example.com"])
  expect(await emails("role=admin&search=bob")).toEqual([])
  expect(await emails("search=%25")).toEqual([])
  for (const query of ["limit=0", "limit=501", "offset=-1", "page=1", `search=${"x".repeat(255)}`]) {
    expect((await ask("GET", `/api/admin/users?${query}`)).body.error?.code, query).toBe("INVALID_QUERY")
  }
})

test("a change of role or address acts at the account's next request, and its document says so", async () => {
  const { ask, person, personAsks } = await startAsAdmin()
  expect((await personAsks("GET", "/api/admin/stats")).status).toBe(403)

  const changed = await ask("PATCH", "/api/admin/users/person@example.com", {
    role: "admin",
    email: "new@example.com",
    metadata: { plan: "pro" },
    verified: true,
  })

  expect(changed.body.user).toMatchObject({
    id: person.id,
    role: "admin",
    email: "new@example.com",
    metadata: { plan: "pro" },
  })
  expect((await personAsks("GET", "/api/admin/stats")).status).toBe(200)
  expect((await personAsks("GET", "/api/auth/me")).body.user).toMatchObject({
    email: "new@example.com",
    metadata: { plan: "pro" },
  })
  expect((await ask("GET", "/api/admin/users/person@example.com")).body.error.code).toBe("USER_NOT_FOUND")
})

test("another address is not proven, unless the same change says so", async () => {
  const { ask } = await startAsAdmin()
  const change = async (name: string, members: unknown) =>
    (await ask("PATCH", `/api/admin/users/${name}@example.com`, members)).body.user

  expect(await change("person", { verified: true, email: "PERSON@example.com" })).toMatchObject({ verified: true })
  expect(await change("person", { email: "person@example.com" })).toMatchObject({ verified: true })
  expect(await change("person", { email: "second@example.com" })).toMatchObject({ verified: false })
  expect(await change("second", { email: "third@example.com", verified: true })).toMatchObject({ verified: true })
})

test("a new password ends the sessions, and is the one that counts", async () => {
  const { ask, personAsks, port } = await startAsAdmin()

  await ask("PATCH", "/api/admin/users/person@example.com", { password: "another horse" })

  expect((await personAsks("GET", "/api/auth/me")).body.error.code).toBe("INVALID_TOKEN")
  const signIn = await sendJson(port, "POST", "/api/auth/login", {
    email: "person@example.com",
    password: "another horse",
  })
  expect(signIn.status).toBe(200)
})

test.each([{ id: "x" }, { role: 1 }, { metadata: { text: "x".repeat(17_000) } }, { password_hash: "x" }, []])(
  "the change %# is refused",
  async (body) => {
    const { ask } = await startAsAdmin()

    const answer = await ask("PATCH", "/api/admin/users/person@example.com", body)

    expect(answer.body.error.code).toMatch(/VALIDATION_ERROR|BODY_TOO_LARGE/)
  },
)

test("sessions are seen and ended, one by one or all", async () => {
  const { ask, person, personAsks, admin } = await startAsAdmin()
  const target = "/api/admin/users/person@example.com/sessions"

  expect((await ask("GET", target)).body.sessions).toMatchObject([{ id: person.sessionId, current: false }])
  expect((await ask("DELETE", `${target}/${admin.sessionId}`)).body.error.code).toBe("SESSION_NOT_FOUND")
  expect((await ask("DELETE", `${target}/${person.sessionId}`)).body).toEqual({ ended: 1 })

  expect((await personAsks("GET", "/api/auth/me")).body.error.code).toBe("INVALID_TOKEN")
  expect((await ask("DELETE", target)).body).toEqual({ ended: 0 })
})

test("a deleted account is gone with its document, and what points to it", async () => {
  const { ask, port } = await startAsAdmin()
  const { body } = await ask("POST", "/api/admin/users", { email: "ada@example.com", name: "Ada" })
  const { id } = body.user
  await ask("POST", "/api/collections/notes", { text: "hers", owner_id: id })

  expect((await ask("DELETE", `/api/admin/users/${id}`)).status).toBe(204)

  expect((await ask("GET", `/api/admin/users/${id}`)).status).toBe(404)
  expect((await ask("GET", `/api/collections/users/${id}`)).status).toBe(404)
  expect((await send(port, { path: "/api/collections/notes" })).body.total).toBe(0)
})

test("accounts whose documents go with the deleted one's are gone as well", async () => {
  const { ask } = await startAsAdmin()
  const make = async (name: string, boss: string | null): Promise<string> =>
    (await ask("POST", "/api/admin/users", { email: `${name}@example.com`, name, boss_id: boss })).body.user.id
  const ada = await make("ada", null)
  const bob = await make("bob", ada)
  const cid = await make("cid", bob)

  await ask("DELETE", `/api/admin/users/${ada}`)

  for (const id of [ada, bob, cid]) expect((await ask("GET", `/api/admin/users/${id}`)).status).toBe(404)
})

test("the last admin stays one, whoever asks but the owner", async () => {
  const { ask, askOwner } = await startAsAdmin()
  const target = "/api/admin/users/admin@example.com"

  for (const answer of [await ask("PATCH", target, { role: "user" }), await ask("DELETE", target)]) {
    expect(answer).toMatchObject({ status: 409, body: { error: { code: "CONFLICT" } } })
  }
  expect((await ask("PATCH", target, { role: "admin" })).status).toBe(200)
  await ask("PATCH", "/api/admin/users/person@example.com", { role: "admin" })
  expect((await ask("PATCH", target, { role: "user" })).status).toBe(200)

  expect((await askOwner("DELETE", "/api/admin/users/person@example.com")).status).toBe(204)
})

test("a link for a new password is made by an admin, works once, and stands in no log", async () => {
  const { ask, port, logLines, parts } = await startAsAdmin()

  const { status, body } = await ask("POST", "/api/admin/users/person@example.com/reset")

  expect(status).toBe(200)
  const token = new URL(body.link).searchParams.get("token")!
  const reset = () => sendJson(port, "POST", "/api/auth/reset/confirm", { token, password: "a third horse" })
  expect((await reset()).status).toBe(200)
  expect((await reset()).body.error.code).toBe("INVALID_CODE")
  expect(JSON.stringify([logLines, parts.activity.past({ tail: 100 })])).not.toContain(token)
})

test("keys are made, listed and revoked, with what may be a slip", async () => {
  const { ask, port } = await startAsAdmin()

  const made = await ask("POST", "/api/admin/keys", {
    name: "ci",
    role: "editor",
    expires: "90d",
    collections: ["users"],
  })
  const { secret, key } = made.body
  const asKey = () => send(port, { path: "/api/collections/notes", headers: { authorization: `Bearer ${secret}` } })

  expect(made).toMatchObject({
    status: 201,
    body: {
      key: { name: "ci", collections: ["users"] },
      notices: [expect.stringContaining("No rule names the role editor") as unknown],
    },
  })
  expect((await asKey()).body.error.code).toBe("FORBIDDEN_SCOPE")
  const own = (place: string) => send(port, { path: place, headers: { authorization: `Bearer ${secret}` } })
  expect(await own("/api/auth/key")).toMatchObject({
    status: 200,
    headers: { "cache-control": "no-store" },
    body: { key: { id: key.id, name: "ci", role: "editor", collections: ["users"], operations: null } },
  })
  expect((await own("/api/auth/key")).text).not.toContain(secret)
  expect((await own("/api/auth/me")).body.error.next).toContain("GET /api/auth/key")
  expect((await ask("GET", "/api/auth/key")).status).toBe(403)
  expect((await send(port, { path: "/api/auth/key" })).status).toBe(401)
  expect((await ask("GET", "/api/admin/keys")).body.keys).toMatchObject([{ id: key.id, name: "ci", role: "editor" }])
  expect((await ask("DELETE", "/api/admin/keys/ci")).status).toBe(204)
  expect((await asKey()).body.error.code).toBe("INVALID_TOKEN")
})

test("a key for a collection that is not there is refused, and its name stays free", async () => {
  const { ask } = await startAsAdmin()
  const key = { name: "ci", role: "admin" }

  const refused = await ask("POST", "/api/admin/keys", { ...key, collections: ["users", "note", "post"] })

  expect(refused.status).toBe(400)
  expect(refused.body.error.details.fields.collections).toEqual([
    { code: "UNKNOWN_COLLECTION", message: "The schema has no collection note. Did you mean notes?" },
    { code: "UNKNOWN_COLLECTION", message: expect.stringContaining("no collection post.") as unknown },
  ])
  const made = await ask("POST", "/api/admin/keys", { ...key, collections: ["notes"] })
  expect(made).toMatchObject({ status: 201, body: { notices: [] } })
})

test("what dev keeps of requests holds no secret of a key, no password and no link", async () => {
  const { ask, logLines, parts } = await startAsAdmin("dev")
  const kept = async ({ headers }: Answer): Promise<Answer> =>
    ask("GET", `/api/admin/requests/${String(headers["x-request-id"])}`)

  const key = await ask("POST", "/api/admin/keys", { name: "ci", role: "editor" })
  const changed = await ask("PATCH", "/api/admin/users/person@example.com", { password: "another horse" })
  const link = await ask("POST", "/api/admin/users/person@example.com/reset")

  const shown = [await kept(key), await kept(changed)]
  expect(shown.map(({ status }) => status)).toEqual([200, 200])
  expect((await kept(link)).status).toBe(404)
  const all = JSON.stringify([shown.map(({ body }) => body as unknown), logLines, parts.activity.past({ tail: 100 })])
  const token = new URL(link.body.link).searchParams.get("token")!
  for (const secret of [key.body.secret as string, "another horse", token]) expect(all).not.toContain(secret)
})

test.each([
  { role: "user" },
  { name: "-x", role: "user" },
  { name: "x", role: "" },
  { name: "x", role: "user", expires: "soon" },
  { name: "x", role: "user", expires: "10s" },
  { name: "x", role: "user", collections: [] },
  { name: "x", role: "user", operations: ["list"] },
  { name: "x", role: "user", operations: ["read", "read"] },
  { name: "x", role: "user", scope: "all" },
])("the key %# is refused", async (body) => {
  const { ask } = await startAsAdmin()

  expect((await ask("POST", "/api/admin/keys", body)).body.error.code).toBe("VALIDATION_ERROR")
})

function asking(to: number | string, headers: Record<string, string>) {
  return (method: string, target: string, body?: unknown): Promise<Answer> =>
    send(to, {
      method,
      path: target,
      headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
}

async function startAsAdmin(mode: "dev" | "start" = "start") {
  const running = await startHttp({ mode, server: { insecureOpen: false }, schemaText: usersSchema })
  const { auth } = running.parts
  const admin = await signedIn(auth, { email: "admin@example.com", role: "admin" })
  const person = await signedIn(auth, { email: "person@example.com" })
  const socketPath = path.join(await tempFolder(), "daemon.sock")
  await running.app.listenLocal(socketPath)
  return {
    ...running,
    admin,
    person,
    ask: asking(running.port, admin.headers),
    personAsks: asking(running.port, person.headers),
    askOwner: asking(socketPath, {}),
  }
}
