import { execFileSync } from "node:child_process"
import path from "node:path"

import { expect, test } from "vitest"

import { builtCli } from "../helpers/built-cli.ts"
import { startDaemon, writeProject } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

test("the blog template serves every operation of its three collections", async () => {
  const folder = path.join(await tempFolder(), "blog")
  execFileSync(process.execPath, [await builtCli(), "init", folder, "--template", "blog"], {
    cwd: path.dirname(folder),
    env: { ...process.env, CI: "true" },
    stdio: "pipe",
  })
  const { send, stop } = await startDaemon({ folder })

  const ada = await send("POST", "/api/collections/users", { email: "ada@example.com", name: "Ada" })
  expect(ada).toMatchObject({ status: 201, body: { email: "ada@example.com", role: "user", avatar_url: null } })
  expect(ada.headers.get("location")).toBe(`/api/collections/users/${ada.body.id}`)
  const post = await send("POST", "/api/collections/posts", {
    title: "Hello",
    slug: "hello",
    content: "A first post",
    author_id: ada.body.id,
    published: true,
    published_at: "2026-01-24T12:00:00+02:00",
    tags: ["first", "ça"],
  })
  expect(post).toMatchObject({ status: 201, body: { published_at: "2026-01-24T10:00:00.000Z", view_count: 0 } })
  const comment = await send("POST", "/api/collections/comments", {
    post_id: post.body.id,
    author_id: ada.body.id,
    content: "Nice",
  })
  expect(comment.status).toBe(201)

  const list = await send(
    "GET",
    "/api/collections/posts?filter=published:eq:true&filter=tags:contains:first&sort=-created_at&expand=author,comments&limit=10",
  )
  expect(list.body).toMatchObject({
    docs: [{ id: post.body.id, author: { name: "Ada" }, comments: [{ content: "Nice" }] }],
    total: 1,
    limit: 10,
    offset: 0,
  })
  expect((await send("GET", "/api/collections/users?email=ada@example.com&page=1&perPage=20")).body.total).toBe(1)

  const changed = await send("PATCH", `/api/collections/posts/${post.body.id}`, { view_count: 7, excerpt: null })
  expect(changed).toMatchObject({ status: 200, body: { view_count: 7, title: "Hello" } })
  expect(changed.body.updated_at > post.body.updated_at).toBe(true)
  const got = await send("GET", `/api/collections/posts/${post.body.id}`)
  expect(got.body).toEqual(changed.body)
  const tag = got.headers.get("etag")!
  expect(
    (await send("GET", `/api/collections/posts/${post.body.id}`, undefined, { "if-none-match": tag })).status,
  ).toBe(304)

  const twice = await send("POST", "/api/collections/users", { email: "ada@example.com" })
  expect(twice).toMatchObject({ status: 409, body: { error: { code: "UNIQUE_CONFLICT" } } })
  expect(JSON.stringify(twice.body.error)).toContain("email")
  const orphan = await send("POST", "/api/collections/comments", {
    post_id: "0198c000-0000-7000-8000-000000000000",
    author_id: ada.body.id,
    content: "To nowhere",
  })
  expect(orphan).toMatchObject({ status: 409, body: { error: { code: "REFERENCE_CONFLICT" } } })
  const wrong = await send("POST", "/api/collections/users", { email: "not an address", role: "king", nmae: "Ada" })
  expect(wrong).toMatchObject({ status: 400, body: { error: { code: "VALIDATION_ERROR" } } })
  for (const field of ["email", "role", "nmae"]) expect(JSON.stringify(wrong.body.error.details)).toContain(field)

  const batch = await send("POST", "/api/batch", {
    operations: [
      { op: "create", collection: "users", data: { email: "bob@example.com" } },
      { op: "update", collection: "posts", id: post.body.id, data: { title: "Changed" } },
      { op: "delete", collection: "users", id: "0198c000-0000-7000-8000-000000000000" },
    ],
  })
  expect(batch.status).toBe(404)
  expect((await send("GET", "/api/collections/users?email=bob@example.com")).body.total).toBe(0)

  expect((await send("DELETE", `/api/collections/users/${ada.body.id}`)).status).toBe(204)
  expect((await send("GET", "/api/collections/comments")).body).toMatchObject({ docs: [], total: 0 })
  expect(await stop()).toBe(0)
})

test("the list notation with required serves the users of the readme", async () => {
  const folder = await tempFolder()
  await writeProject(folder, {
    "schema.yaml": `collections:
  - name: users
    fields:
      - name: email
        type: string
        required: true
        unique: true
      - name: name
        type: string
        required: true
`,
  })
  const { send, stop } = await startDaemon({ folder })

  const made = await send("POST", "/api/collections/users", { email: "user@example.com", name: "U" })
  expect(Object.keys(made.body)).toEqual(["id", "email", "name", "created_at", "updated_at"])
  const missing = await send("POST", "/api/collections/users", { email: "x" })
  expect(missing).toMatchObject({ status: 400, body: { error: { code: "VALIDATION_ERROR" } } })
  expect((await send("GET", "/api/collections/users?email=user@example.com&sort=-created_at")).body.docs).toEqual([
    made.body,
  ])
  expect((await send("PATCH", `/api/collections/users/${made.body.id}`, { name: "V" })).body.name).toBe("V")
  expect((await send("DELETE", `/api/collections/users/${made.body.id}`)).status).toBe(204)
  expect((await send("GET", `/api/collections/users/${made.body.id}`)).status).toBe(404)
  expect(await stop()).toBe(0)
})
