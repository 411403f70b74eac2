import { expect, test } from "vitest"

import { sendJson } from "../http/http-fixture.ts"
import { startLive } from "./live-fixture.ts"
import type { RunningLive } from "./live-fixture.ts"
import { openSocket } from "./socket-client.ts"
import type { SocketClient } from "./socket-client.ts"

const schemaText = `
collections:
  people:
    fields:
      name: { type: string }
      secret: { type: string, rules: { read: auth.role == 'keeper' } }
      listed: { type: bool, default: true }
    rules:
      read: doc.listed
  posts:
    fields:
      title: { type: string }
      author_id: { type: uuid, references: people.id }
      draft: { type: bool, default: false }
    rules:
      read: doc.draft == false
`

/** A server with a person that may be seen, one that may not, and a post of each. */
async function withPosts(): Promise<RunningLive & { readonly client: SocketClient; readonly hidden: string }> {
  const running = await startLive({ schemaText, server: { insecureOpen: false } })
  const create = async (collection: string, data: object): Promise<string> => {
    const answer = await sendJson(running.socketPath, "POST", `/api/collections/${collection}`, data)
    expect(answer.status).toBe(201)
    return answer.body.id
  }
  const seen = await create("people", { name: "Ann", secret: "sesame" })
  const hidden = await create("people", { name: "Bob", secret: "open", listed: false })
  await create("posts", { title: "by Ann", author_id: seen })
  await create("posts", { title: "by Bob", author_id: hidden })
  await create("posts", { title: "unfinished", author_id: seen, draft: true })
  return { ...running, client: await openSocket(running.port), hidden }
}

const subscribe = (payload: object) => ({ type: "subscribe", payload: { collection: "people", ...payload } }) as const

test("documents, totals, fields and relations that the caller may not read are in no message", async () => {
  const { client, socketPath, hidden } = await withPosts()
  const people = await client.ask<"snapshot">(subscribe({}))
  expect(people.payload).toMatchObject({ docs: [{ name: "Ann" }], total: 1 })
  expect(people.payload.docs[0]).not.toHaveProperty("secret")
  const posts = await client.ask<"snapshot">(subscribe({ collection: "posts", expand: ["author"], sort: "title" }))
  expect(posts.payload.docs.map(({ title }) => title)).toEqual(["by Ann", "by Bob"])
  expect(posts.payload.total).toBe(2)
  expect(JSON.stringify(posts)).not.toMatch(/sesame|open|"Bob"/)

  await sendJson(socketPath, "PATCH", `/api/collections/people/${hidden}`, { name: "Bob the second" })
  await sendJson(socketPath, "PATCH", `/api/collections/people/${hidden}`, { secret: "known", listed: true })
  const delta = await client.hear("delta", ({ payload }) => payload.subscription_id === people.payload.subscription_id)
  expect(delta.payload.changes.inserts).toMatchObject([{ name: "Bob the second" }])
  await sendJson(socketPath, "PATCH", `/api/collections/people/${hidden}`, { listed: false })
  const gone = await client.hear("delta", ({ payload }) => payload.changes.deletes.length > 0)
  expect(gone.payload.changes.deletes).toEqual([hidden])
  expect(JSON.stringify(client.heard)).not.toMatch(/sesame|known|"open"/)
})

test("a hidden field cannot be probed by filters, sorts or fields, nor anything by its author's", async () => {
  const { client } = await withPosts()
  const refused = [
    { filter: { secret: { $eq: "sesame" } } },
    { filter: { secret: "sesame" } },
    { filter: { secret: { $like: "s%" } } },
    { filter: ["secret:like:s%"] },
    { sort: ["secret"] },
    { sort: "-secret,name" },
  ]
  for (const payload of refused) {
    const answer = await client.ask<"error">(subscribe(payload))
    expect(answer, JSON.stringify(payload)).toMatchObject({ type: "error", payload: { code: "FORBIDDEN_FIELD" } })
  }
  for (const payload of [{ filter: { "secret\u0000": 1 } }, { filter: { __proto__x: 1 } }, { expand: ["secret"] }]) {
    expect(await client.ask(subscribe(payload)), JSON.stringify(payload)).toMatchObject({ type: "error" })
  }
  const fields = await client.ask(subscribe({ fields: ["name", "secret"] }))
  expect(JSON.stringify(fields)).not.toContain("sesame")
})

test("a role that may read a field gets it, and loses it with the role", async () => {
  const running = await withPosts()
  const client = await openSocket(running.port)
  expect(await client.ask({ type: "auth", payload: { token: "forged.token.here" } })).toMatchObject({
    type: "error",
    payload: { code: "INVALID_TOKEN" },
  })
  const made = await sendJson(running.port, "POST", "/api/auth/register", {
    email: "keeper@example.test",
    password: "a long enough password",
  })
  expect(made.status).toBe(201)
  const { user, access_token: token } = made.body
  const promoted = await sendJson(running.socketPath, "PATCH", `/api/admin/users/${user.id}`, { role: "keeper" })
  expect(promoted.status).toBe(200)
  await client.ask({ type: "auth", payload: { token } })
  const snapshot = await client.ask<"snapshot">(subscribe({}))
  expect(snapshot.payload.docs).toMatchObject([{ name: "Ann", secret: "sesame" }])

  await sendJson(running.socketPath, "PATCH", `/api/admin/users/${user.id}`, { role: "user" })
  const again = await client.hear("snapshot", ({ payload }) => payload.reset === true)
  expect(again.payload.docs[0]).not.toHaveProperty("secret")
})
