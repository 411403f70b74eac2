import { expect, test } from "vitest"

import type { ExplainAccessResponse } from "../../../../src/protocol/rules-api.ts"
import { paintNothing } from "../../../../src/ui/paint.ts"
import { renderExplanation } from "../../../../src/ui/rules/explain-text.ts"
import { keyHeaders, signedIn } from "../asking-callers.ts"
import { send, sendJson, startHttp } from "../http-fixture.ts"
import type { Answer } from "../http-fixture.ts"

const schemaText = `
collections:
  users:
    fields:
      email: { type: string, unique: true, rules: { read: "auth.id == doc.id" } }
      role: { type: string, default: user }
    rules: { create: true, read: true, update: "auth.id == doc.id" }
  posts:
    fields:
      title: { type: string }
      author_id: { type: string }
      published: { type: bool, default: false }
      views: { type: int, default: 0, rules: { write: false } }
    rules:
      create: "auth.id != null && doc.author_id == auth.id"
      read: "doc.published || doc.author_id == auth.id"
      update: "doc.author_id == auth.id"
  hidden:
    fields: { title: { type: string } }
  notes:
    fields: { title: { type: string } }
    rules: { read: "auth.id != null && doc.title != null" }
`

/** A closed server with Ada, Bob, a draft of Ada, and a way to ask why. */
async function startExplaining() {
  const { port, parts } = await startHttp({ schemaText, server: { insecureOpen: false } })
  const admin = await signedIn(parts.auth, { email: "admin@example.com", role: "admin" })
  const ada = await signedIn(parts.auth, { email: "ada@example.com" })
  const bob = await signedIn(parts.auth, { email: "bob@example.com" })
  const ask = (method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Answer> =>
    send(port, {
      method,
      path,
      headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const draft = await ask("POST", "/api/collections/posts", { title: "Draft", author_id: ada.id }, ada.headers)
  const explain = (body: object): Promise<Answer> => ask("POST", "/api/admin/rules/explain", body, admin.headers)
  return { port, parts, ada, bob, ask, explain, draftId: draft.body.id as string }
}

test("the tree has the value of every part, and says what was not reached", async () => {
  const { explain, draftId, ada, bob } = await startExplaining()

  const { body } = await explain({ operation: "read", collection: "posts", id: draftId, as: bob.id })
  const own = await explain({ operation: "read", collection: "posts", id: draftId, as: "ADA@example.com" })

  expect(body).toMatchObject({ allowed: false, answer: { status: 404, code: "DOCUMENT_NOT_FOUND" } })
  expect(own.body).toMatchObject({ allowed: true, caller: { id: ada.id, role: "user", isAdmin: false } })
  expect(renderExplanation(body as ExplainAccessResponse, paintNothing)).toBe(
    [
      `✗ refused: bob@example.com, role user, verified may not read posts/${draftId}`,
      `  answer 404 DOCUMENT_NOT_FOUND: posts has no document with the id "${draftId}".`,
      "",
      "✗ read rule of posts",
      "    doc.published || doc.author_id == auth.id = false",
      "    ├─ doc.published = false",
      "    └─ doc.author_id == auth.id = false",
      `       ├─ doc.author_id = "${ada.id}"`,
      `       └─ auth.id = "${bob.id}"`,
    ].join("\n"),
  )
})

test("what is explained is what requests are answered", async () => {
  const { ask, explain, draftId, ada, bob, parts } = await startExplaining()
  const key = await keyHeaders(parts.auth, { name: "ci", operations: ["read"] })
  const callers = [
    { as: "anonymous", headers: {} },
    { as: "ada@example.com", headers: ada.headers },
    { as: bob.id, headers: bob.headers },
    { as: "key:ci", headers: key },
    { as: "admin@example.com", headers: (await signedInAgain(parts.auth)).headers },
  ]
  const posts = "/api/collections/posts"
  const wanted = [
    { operation: "read", method: "GET", path: `${posts}/${draftId}`, id: draftId },
    { operation: "update", method: "PATCH", path: `${posts}/${draftId}`, id: draftId, data: { title: "New" } },
    { operation: "update", method: "PATCH", path: `${posts}/${draftId}`, id: draftId, data: { views: 9 } },
    { operation: "update", method: "PATCH", path: `${posts}/${draftId}`, id: draftId, data: { author_id: ada.id } },
    { operation: "create", method: "POST", path: posts, data: { title: "New", author_id: bob.id } },
    { operation: "create", method: "POST", path: posts, data: { title: "New", author_id: ada.id, views: 1 } },
    { operation: "delete", method: "DELETE", path: `${posts}/${draftId}`, id: draftId },
  ]

  const differing: unknown[] = []
  const statuses = new Set<number>()
  for (const { as, headers } of callers) {
    for (const { operation, method, path, ...rest } of wanted) {
      const explained = await explain({ operation, collection: "posts", as, ...rest })
      const answer = await ask(method, path, rest.data, headers)
      statuses.add(answer.status)
      const code = (answer.body as { error?: { code: string } } | undefined)?.error?.code ?? null
      const { status, code: said } = explained.body.answer
      if (status !== answer.status || said !== code)
        differing.push({ as, operation, status, said, answer: answer.body })
    }
  }

  expect(differing).toEqual([])
  expect([...statuses].toSorted((a, b) => a - b)).toEqual([200, 201, 204, 401, 403, 404])
})

/** A second admin: the first one asks for explanations. */
async function signedInAgain(auth: Parameters<typeof signedIn>[0]) {
  return signedIn(auth, { email: "other-admin@example.com", role: "admin" })
}

test("a list is explained as the condition that its rows have to meet", async () => {
  const { explain, bob } = await startExplaining()

  const mine = await explain({ operation: "read", collection: "posts", as: bob.id })
  const all = await explain({ operation: "read", collection: "users", as: "anonymous" })

  expect(mine.body).toMatchObject({ allowed: true, list: { values: [bob.id] }, steps: [] })
  expect(mine.body.list.sql).toContain('"author_id" = ?')
  expect(all.body.list).toBe("all")
})

test("a list that can hold nothing is not called allowed", async () => {
  const { explain } = await startExplaining()
  const list = { operation: "read", collection: "hidden" }

  const anonymous = await explain({ ...list, as: "anonymous" })
  const admin = await explain({ ...list, as: "admin@example.com" })
  const signedOut = await explain({ ...list, collection: "notes", as: "anonymous" })

  expect(anonymous.body).toMatchObject({ allowed: false, answer: { status: 200 }, list: "none", readRule: null })
  expect(shownText(anonymous)).toBe(
    "✗ nothing: anonymous may read no document of hidden\n  answer 200: a list without documents\n\nhidden has no read rule, so nobody but admins reads it.",
  )
  expect(admin.body.allowed).toBe(true)
  expect(shownText(admin)).toContain(
    "others of this role:\n\nhidden has no read rule, so nobody but admins reads it.\nAdmins are shown every document of hidden.",
  )
  expect(shownText(signedOut)).toMatch(
    /^✗ nothing: [^]*\n\nread rule of notes: auth.id != null && doc.title != null\nLists hold no document of notes\.$/,
  )
})

function shownText({ body }: Answer): string {
  return renderExplanation(body as ExplainAccessResponse, paintNothing)
}

test("the rules of fields are explained with whether they matter", async () => {
  const { port, explain, ada, draftId } = await startExplaining()
  const update = { operation: "update", collection: "posts", id: draftId, as: ada.id }

  const eve = { email: "eve@example.com", password: "nine lives of a moth" }
  const { body } = await sendJson(port, "POST", "/api/auth/register", eve)

  const document = { collection: "users", id: body.user.id as string, as: "anonymous" }
  const email = await explain({ ...document, operation: "read", field: "email" })
  const named = await explain({ ...update, data: { views: 1 } })
  const unnamed = await explain({ ...update, data: { title: "x" } })
  const past = await explain({
    operation: "create",
    collection: "users",
    as: "anonymous",
    data: { email: "x@a.example" },
  })

  expect(email.body.fields).toMatchObject([{ field: "email", use: "read", holds: false, applies: true }])
  expect(named.body).toMatchObject({ allowed: false, answer: { code: "FORBIDDEN_FIELD" }, fields: [{ applies: true }] })
  expect(unnamed.body).toMatchObject({ allowed: true, fields: [{ field: "views", applies: false }] })
  expect(past.body).toMatchObject({ allowed: false, answer: { status: 403, code: "REGISTER_INSTEAD" } })
})

test.each([
  [{ operation: "reed", collection: "posts", as: "anonymous" }, 400, "operation must be one of"],
  [{ operation: "read", collection: "pots", as: "anonymous" }, 404, "no collection"],
  [{ operation: "read", collection: "posts", as: "nobody@example.com" }, 404, "no account with the address"],
  [{ operation: "read", collection: "posts", as: "key:nothing" }, 404, "no API key"],
  [{ operation: "delete", collection: "posts", as: "anonymous" }, 400, "a document must be named"],
  [{ operation: "update", collection: "posts", id: "none", as: "anonymous" }, 404, "no document"],
  [{ operation: "create", collection: "posts", as: "anonymous", data: { titel: 1 } }, 400, "titel is not a field"],
  [{ operation: "read", collection: "posts" }, 400, "as is required"],
])("%j is refused with %i", async (body, status, message) => {
  const { explain } = await startExplaining()

  const answer = await explain(body)

  expect(answer.status).toBe(status)
  expect(answer.body.error.message).toContain(message)
})

test("values of documents are shown to admins alone", async () => {
  const { ask, draftId, ada } = await startExplaining()
  const body = { operation: "read", collection: "posts", id: draftId, as: "anonymous" }

  const signed = await ask("POST", "/api/admin/rules/explain", body, ada.headers)
  const nobody = await ask("POST", "/api/admin/rules/explain", body, {})

  expect([signed.status, nobody.status]).toEqual([403, 401])
})
