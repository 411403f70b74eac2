import { describe, expect, test } from "vitest"

import { makeAdmin, registerAs, sendAs, startAuth } from "../auth-http.ts"
import type { Person } from "../auth-http.ts"
import { send } from "../http-fixture.ts"

const schemaText = `
collections:
  users:
    fields:
      id: { type: uuid, primary: true, default: auto }
      email: { type: string, format: email, unique: true, rules: { read: "auth.id == doc.id" } }
      role: { type: string, default: user }
      name: { type: string, nullable: true }
    rules: { create: true, read: true, update: "auth.id == doc.id" }
  posts:
    timestamps: false
    fields:
      id: { type: string, primary: true }
      title: { type: string }
      author_id: { type: uuid, references: users.id, onDelete: cascade }
      published: { type: bool, default: false }
    rules:
      create: "auth.id == doc.author_id && size(request.body.title) < 10 && request.headers['x-app'] == 'test'"
      read: "doc.published || auth.id == doc.author_id"
      update: "auth.id == doc.author_id"
      delete: "auth.id == doc.author_id && request.method == 'DELETE'"
`

/** A server with three people, of whom one is an admin, and two posts of the first. */
async function serve() {
  const running = await startAuth({ schemaText })
  const { port } = running
  const [ada, bob, root] = await Promise.all(["ada", "bob", "root"].map((name) => registerAs(port, name)))
  await makeAdmin(running, root!)
  const as = (who: Person | null, method: string, path: string, body?: unknown) =>
    sendAs(port, who?.access ?? null, method, path, body)
  for (const [id, published] of [
    ["open", true],
    ["mine", false],
  ] as const) {
    await as(root!, "POST", "/api/collections/posts", { id, title: id, author_id: ada!.id, published })
  }
  return { port, as, ada: ada!, bob: bob!, root: root! }
}

const refused = (status: number, code: string) => ({ status, body: { error: { code } } })

describe("documents over HTTP", () => {
  test("are those that the token's account may read", async () => {
    const { as, ada, bob, root } = await serve()
    const path = "/api/collections/posts?fields=id"

    expect((await as(null, "GET", path)).body).toMatchObject({ docs: [{ id: "open" }], total: 1 })
    expect((await as(bob, "GET", path)).body).toMatchObject({ docs: [{ id: "open" }], total: 1 })
    expect((await as(ada, "GET", path)).body).toMatchObject({ docs: [{ id: "mine" }, { id: "open" }], total: 2 })
    expect((await as(root, "GET", path)).body.total).toBe(2)
    expect(await as(bob, "GET", "/api/collections/posts/mine")).toMatchObject(refused(404, "DOCUMENT_NOT_FOUND"))
    expect(await as(ada, "GET", "/api/collections/posts/mine")).toMatchObject({ status: 200, body: { title: "mine" } })
  })

  test("are refused as 401 without a token, as 403 with one, and as 404 where they are hidden", async () => {
    const { as, bob } = await serve()
    const change = { title: "x" }

    expect(await as(null, "PATCH", "/api/collections/posts/open", change)).toMatchObject(
      refused(401, "UNAUTHENTICATED"),
    )
    expect(await as(bob, "PATCH", "/api/collections/posts/open", change)).toMatchObject(refused(403, "FORBIDDEN"))
    expect(await as(bob, "PATCH", "/api/collections/posts/mine", change)).toMatchObject(
      refused(404, "DOCUMENT_NOT_FOUND"),
    )
    expect(await as(null, "DELETE", "/api/collections/posts/open")).toMatchObject(refused(401, "UNAUTHENTICATED"))
    expect(await as(bob, "GET", "/api/collections/users?email=ada@example.com&fields=id")).toMatchObject({
      body: { docs: [], total: 0 },
    })
    expect(await as(bob, "GET", "/api/collections/users?sort=email")).toMatchObject(refused(403, "FORBIDDEN_FIELD"))
  })

  test("nobody makes themselves an admin, and nobody an account past the registration", async () => {
    const { as, bob } = await serve()
    const path = `/api/collections/users/${bob.id}`
    const operations = [{ op: "update", collection: "users", id: bob.id, data: { role: "admin" } }]
    const account = { email: "eve@example.com", role: "admin" }

    expect(await as(bob, "PATCH", path, { role: "admin" })).toMatchObject(refused(403, "MANAGED_FIELD"))
    expect(await as(bob, "POST", "/api/batch", { operations })).toMatchObject(refused(403, "MANAGED_FIELD"))
    expect(await as(null, "POST", "/api/collections/users", account)).toMatchObject(refused(403, "REGISTER_INSTEAD"))
    expect(await as(bob, "PATCH", path, { name: "Bob" })).toMatchObject({
      status: 200,
      body: { role: "user", name: "Bob" },
    })
  })

  test("rules see the body, the headers and the method of the request, in a batch the data of the operation", async () => {
    const { port, as, bob } = await serve()
    const data = { id: "new", title: "short", author_id: bob.id }
    const post = (path: string, body: object, app?: string) =>
      send(port, {
        method: "POST",
        path,
        headers: {
          authorization: `Bearer ${bob.access}`,
          "content-type": "application/json",
          ...(app === undefined ? {} : { "x-app": app }),
        },
        body: JSON.stringify(body),
      })
    const batch = (title: string) => ({ operations: [{ op: "create", collection: "posts", data: { ...data, title } }] })

    expect(await post("/api/collections/posts", data)).toMatchObject(refused(403, "FORBIDDEN"))
    expect(await post("/api/collections/posts", { ...data, title: "much too long" }, "test")).toMatchObject(
      refused(403, "FORBIDDEN"),
    )
    expect(await post("/api/batch", batch("much too long"), "test")).toMatchObject(refused(403, "FORBIDDEN"))
    expect(await post("/api/batch", batch("short"), "test")).toMatchObject({ status: 200 })
    expect((await as(bob, "DELETE", "/api/collections/posts/new")).status).toBe(204)
  })

  test("a tag that somebody else was given confirms nothing", async () => {
    const { port, as, ada, bob } = await serve()
    const path = `/api/collections/users/${ada.id}`
    const { headers } = await as(ada, "GET", path)
    const ask = (who: Person) =>
      send(port, {
        path,
        headers: { authorization: `Bearer ${who.access}`, "if-none-match": String(headers["etag"]) },
      })

    expect((await ask(ada)).status).toBe(304)
    expect((await ask(bob)).status).toBe(200)
  })
})
