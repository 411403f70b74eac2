import { once } from "node:events"
import { createServer } from "node:http"
import type { IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"

import { expect, onTestFinished, test } from "vitest"

import { startAccountsDaemon } from "../../auth/accounts-daemon.ts"
import type { AccountsDaemon } from "../../auth/accounts-daemon.ts"

const schema = `
collections:
  users:
    fields:
      id: { type: uuid, primary: true, default: auto }
      email: { type: string, unique: true }
      role: { type: string, default: user }
      verified: { type: bool, default: false }
    rules: { create: "true", read: "auth.id == doc.id" }
  notes:
    fields:
      title: { type: string, unique: true }
      views: { type: int, default: 0 }
      owner: { type: string, nullable: true }
    timestamps: false
    rules:
      read: "doc.owner == auth.id"
      create: "doc.owner == auth.id"
      update: "doc.owner == auth.id"
      delete: "doc.owner == auth.id"
`

/** Asks the server over its internal paths, as a plug-in in another language would, and tells what it was answered. */
const asker = `import { defineFunction } from "@alyx/functions"
export default defineFunction({
  async handler(asked, ctx) {
    const answers = []
    for (const { path, body, method = "POST", token = ctx.token } of asked) {
      const headers = { "content-type": "application/json", authorization: "Bearer " + token }
      const response = await fetch(ctx.url + path, { method, headers, body: method === "GET" ? undefined : JSON.stringify(body) })
      const text = await response.text()
      answers.push({ status: response.status, body: text === "" ? null : JSON.parse(text) })
    }
    return answers
  },
})
`

/** Hands its token to another server, and lives until that has answered. */
const lender = `export default { async fetch(request) {
  const { at } = await request.json()
  return fetch(at, { method: "POST", body: getToken() })
} }
function getToken() { return ctx.token }
`

const worker = `import { defineFunction } from "@alyx/functions"
export default defineFunction({
  async handler(input, ctx) {
    try {
      return await work(input, ctx)
    } catch (error) {
      if (error.code === undefined) throw error
      return { refused: error.code }
    }
  },
})

async function work({ how, owner }, ctx) {
    const add = (tx, title) => tx.notes.create({ title, owner })
    if (how === "throw") await ctx.db.transaction(async (tx) => { await add(tx, "thrown"); throw new Error("no") })
    if (how === "loop") await ctx.db.transaction(async (tx) => { await add(tx, "looped"); for (;;); })
    if (how === "late") await ctx.db.transaction(async (tx) => { await add(tx, "late"); await new Promise((go) => setTimeout(go, 300)); await add(tx, "later") }, { timeout: 100 })
    if (how === "open") await ctx.db.transaction(async (tx) => { await add(tx, "inside"); await add(ctx.db, "outside") })
    if (how === "http") await ctx.db.transaction(async (tx) => {
      await add(tx, "http")
      const response = await fetch(ctx.url + "/api/collections/notes", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ title: "beside", owner }) })
      if (!response.ok) throw Object.assign(new Error("refused"), { code: (await response.json()).error.code })
    })
    return ctx.db.transaction(async (tx) => {
      const note = await add(tx, "kept " + how)
      await tx.notes.update(note.id, { views: ctx.db.raw("views + 41") })
      const changed = await tx.notes.updateMany({ owner }, { views: ctx.db.raw("views + 1") })
      return { changed, first: await tx.notes.first({ filter: { views: { $gte: 42 } }, fields: ["title", "views"] }), count: await tx.notes.count() }
    })
}
`

let daemon: AccountsDaemon
let outside: { readonly url: string; handler: (token: string) => Promise<unknown> }
let ada: { readonly id: string; readonly token: string }

async function start(): Promise<void> {
  const server = createServer((request, response) => {
    void bodyOf(request)
      .then((token) => outside.handler(token))
      .then((answer) => response.setHeader("content-type", "application/json").end(JSON.stringify(answer)))
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  outside = { url: `http://127.0.0.1:${port}/`, handler: () => Promise.resolve(null) }
  daemon = await startAccountsDaemon({
    schema,
    files: {
      "functions/ask.ts": asker,
      "functions/root.ts": asker,
      "functions/root.yaml": "privileged: true\n",
      "functions/lend.ts": lender,
      "functions/lend.yaml": `allowed_hosts: ["127.0.0.1:${port}"]\n`,
      "functions/work.ts": worker,
      "functions/work.yaml": "timeout: 1s\n",
    },
  })
  const { access_token: token, user } = (await daemon.register("ada@example.com")) as unknown as {
    access_token: string
    user: { id: string }
  }
  ada = { id: user.id, token }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ""
  for await (const chunk of request) text += String(chunk)
  return text
}

interface Asked {
  readonly path: string
  readonly body?: unknown
  readonly method?: string
  readonly token?: string
}

async function ask(name: string, asked: readonly Asked[]): Promise<{ status: number; body: unknown }[]> {
  const { status, body } = await daemon.sendAs(ada.token, "POST", `/api/functions/${name}`, asked)
  expect(status, JSON.stringify(body)).toBe(200)
  return (body as { output: { status: number; body: unknown }[] }).output
}

const query = (body: unknown): Asked => ({ path: "/internal/v1/db/query", body })
const exec = (body: unknown): Asked => ({ path: "/internal/v1/db/exec", body })
const step = (name: string): Asked => ({ path: "/internal/v1/db/tx", body: { step: name } })
const notes = (operation: string, more: object = {}): object => ({ collection: "notes", operation, ...more })

test("a call reads and writes documents as its caller, also in a transaction", { timeout: 60_000 }, async () => {
  await start()
  const owner = ada.id

  const answers = await ask("ask", [
    exec(notes("create", { data: { title: "a", owner } })),
    exec(notes("create", { data: { title: "b", owner: "somebody" } })),
    query(notes("count")),
    query(notes("first", { options: { filter: { title: "a" }, fields: ["title"] } })),
    step("begin"),
    exec(notes("create", { tx: true, data: { title: "c", owner } })),
    exec(notes("create", { data: { title: "d", owner } })),
    { path: "/api/collections/notes", body: { title: "e", owner } },
    query(notes("count", { tx: true })),
    query(notes("count")),
    step("rollback"),
    query(notes("list", { options: { fields: ["title"] } })),
    exec(notes("updateMany", { filter: {}, data: { views: { $raw: "views + 2" } } })),
    exec(notes("updateMany", { filter: {}, data: { views: { $raw: "views + 2" } }, expressions: true })),
    exec(notes("deleteMany", { filter: {} })),
  ])

  expect(answers.map(({ status }) => status)).toEqual([
    200, 403, 200, 200, 200, 200, 409, 409, 200, 200, 200, 200, 400, 200, 200,
  ])
  expect(answers.map(({ body }) => body)).toMatchObject([
    { title: "a", owner, views: 0 },
    { error: { code: "FORBIDDEN" } },
    { count: 1 },
    { title: "a" },
    {},
    { title: "c" },
    { error: { code: "TRANSACTION_OPEN" } },
    { error: { code: "TRANSACTION_OPEN" } },
    { count: 2 },
    { count: 1 },
    {},
    { docs: [{ title: "a" }], total: 1 },
    { error: { code: "VALIDATION_ERROR" } },
    { count: 1 },
    { count: 1 },
  ])

  const refused = await ask("ask", [
    query({ sql: "SELECT 1", params: [] }),
    query(notes("list", { asAdmin: true })),
    query(notes("create", { data: {} })),
    exec(notes("list")),
    query({ ...notes("get", { key: "x" }), filter: {} }),
    query([]),
    query(notes("list")),
    { ...query(notes("list")), token: "alyx_call_00000000000000000000000000000000" },
    { ...query(notes("list")), token: ada.token },
    { ...query(null), method: "GET" },
  ])
  expect(refused.map(({ status, body }) => [status, (body as { error?: { code: string } }).error?.code])).toEqual([
    [403, "NOT_PRIVILEGED"],
    [403, "NOT_PRIVILEGED"],
    [400, "VALIDATION_ERROR"],
    [400, "VALIDATION_ERROR"],
    [400, "VALIDATION_ERROR"],
    [400, "VALIDATION_ERROR"],
    [200, undefined],
    [401, "INVALID_TOKEN"],
    [401, "UNAUTHENTICATED"],
    [405, "METHOD_NOT_ALLOWED"],
  ])

  await optionsBesideOperations(owner)

  const asRoot = await ask("root", [
    exec({ sql: "INSERT INTO notes (id, title, views) VALUES ('x', ?, 0)", params: ["by sql"] }),
    query({ sql: "SELECT title FROM notes", params: [] }),
    query(notes("list", { asAdmin: true, options: { fields: ["title"], skipTotal: true } })),
    query(notes("count")),
    query({ sql: "SELECT * FROM _alyx_users" }),
  ])
  expect(asRoot.map(({ body }) => body)).toMatchObject([
    { changes: 1 },
    [{ title: "by sql" }],
    { docs: [{ title: "by sql" }] },
    { count: 0 },
    { error: { code: "QUERY_REFUSED" } },
  ])

  await tokensOverTheNetwork()
  await transactionsOfFunctions()
})

/** Options stand beside the operation or in `options`; what would be left out silently is refused, by its name. */
async function optionsBesideOperations(owner: string): Promise<void> {
  const add = (title: string, views: number) => exec(notes("create", { data: { title, views, owner } }))
  const many = { $gte: 2 }
  const answers = await ask("ask", [
    add("one", 1),
    add("two", 2),
    add("three", 3),
    query(notes("count", { filter: { views: many } })),
    query(notes("count", { options: { filter: { views: many } } })),
    query(notes("list", { filter: { views: many }, sort: "-views", limit: 1, fields: ["title"], skipTotal: true })),
    query(notes("list", { options: null, sort: "views", offset: 2, fields: "title" })),
    query(notes("first", { filter: "views:gt:1", sort: "views", fields: ["title"] })),
  ])
  expect(answers.slice(3).map(({ body }) => body)).toMatchObject([
    { count: 2 },
    { count: 2 },
    { docs: [{ title: "three" }], total: null },
    { docs: [{ title: "three" }], total: 3 },
    { title: "two" },
  ])

  await answersOfOneDocument(owner)
  const wrong: readonly (readonly [Asked, string])[] = [
    [query(notes("count", { filter: { views: many }, options: {} })), "options.filter"],
    [query(notes("list", { limit: 1, options: { filter: {} } })), "options.limit"],
    [query(notes("count", { limit: 1 })), '"limit"'],
    [query(notes("first", { limit: 5 })), '"limit"'],
    [query(notes("list", { data: {} })), '"data"'],
    [query(notes("list", { options: "all" })), '"options"'],
    [query(notes("list", { tx: "true" })), '"tx"'],
    [exec(notes("delete", { key: "x", filter: {} })), '"filter"'],
    [exec(notes("delete", { key: "x", ifMatch: 1 })), '"ifMatch"'],
    [exec(notes("deleteMany", { filter: {}, options: { limit: 1 } })), '"options"'],
    [exec(notes("deleteMany", {})), '"filter"'],
    [query(notes("constructor")), '"operation"'],
    [{ path: "/internal/v1/db/tx", body: { step: "begin", timeoutMs: "5s" } }, '"timeoutMs"'],
  ]
  const refused = await ask(
    "ask",
    wrong.map(([asked]) => asked),
  )
  expect(refused.map(({ status }) => status)).toEqual(wrong.map(() => 400))
  for (const [index, [, named]] of wrong.entries()) {
    const { message, next } = (refused[index]!.body as { error: { message: string; next?: string } }).error
    expect(`${message} ${next}`).toContain(named)
  }
  await ask("ask", [exec(notes("deleteMany", { filter: {} }))])
}

async function answersOfOneDocument(owner: string): Promise<void> {
  const [made] = await ask("ask", [exec(notes("create", { data: { title: "alone", owner } }))])
  const { id } = made!.body as { id: string }

  const answers = await ask("ask", [
    query(notes("get", { key: id, fields: ["title"] })),
    exec(notes("update", { key: id, data: { views: { $raw: "views + 7" } }, expressions: true })),
    exec(notes("update", { key: id, data: { views: 1 }, ifMatch: '"an older state"' })),
    exec(notes("delete", { key: id })),
    query(notes("get", { key: id })),
    query(notes("first", { filter: { id } })),
    query(notes("count", { tx: true })),
    step("commit"),
  ])

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 412, 200, 404, 200, 409, 409])
  expect(answers.map(({ body }) => body)).toMatchObject([
    { title: "alone" },
    { title: "alone", views: 7 },
    { error: { code: "PRECONDITION_FAILED" } },
    {},
    { error: { code: "DOCUMENT_NOT_FOUND" } },
    null,
    { error: { code: "TRANSACTION_ENDED" } },
    { error: { code: "TRANSACTION_ENDED" } },
  ])
}

/** The token of a call is good over the network for as long as the call lives, and no longer. */
async function tokensOverTheNetwork(): Promise<void> {
  const send = (token: string, target: string, body: unknown) => daemon.sendAs(token, "POST", target, body)
  let lent = ""
  outside.handler = async (token) => {
    lent = token
    const made = await send(token, "/api/collections/notes", { title: "lent", owner: ada.id })
    const count = await send(token, "/internal/v1/db/query", notes("count"))
    return { made: made.status, count: count.body }
  }

  const during = await daemon.sendAs(ada.token, "POST", "/api/functions/lend", { at: outside.url })
  // The answer leaves a moment before the call has ended.
  let after = await send(lent, "/internal/v1/db/query", notes("count"))
  // oxlint-disable-next-line no-await-in-loop -- until it has
  while (after.status === 200) after = await send(lent, "/internal/v1/db/query", notes("count"))
  const afterApi = await send(lent, "/api/collections/notes", { title: "late", owner: ada.id })
  const without = await daemon.send("POST", "/internal/v1/db/query", notes("count"))

  expect(during.body).toEqual({ made: 201, count: { count: 1 } })
  expect(lent).toMatch(/^alyx_call_/)
  expect([after.status, afterApi.status, without.status]).toEqual([401, 401, 401])
}

const work = async (how: string) => {
  const { status, body } = await daemon.sendAs(ada.token, "POST", "/api/functions/work", { how, owner: ada.id })
  return { status, code: (body as { error?: { code: string } }).error?.code, body }
}
const titles = async (): Promise<unknown[]> => {
  const { body } = await daemon.sendAs(ada.token, "GET", "/api/collections/notes?fields=title&sort=title")
  return (body as { docs: { title: unknown }[] }).docs.map(({ title }) => title)
}

async function transactionsOfFunctions(): Promise<void> {
  expect((await work("well")).body).toMatchObject({
    output: { changed: { count: 2 }, first: { title: "kept well", views: 42 }, count: 2 },
  })
  const outcomes = []
  for (const how of ["throw", "loop", "late", "open", "http"]) {
    // oxlint-disable-next-line no-await-in-loop -- each leaves the database as the next one finds it
    const { status, code, body } = await work(how)
    outcomes.push([how, status, code ?? (body as { output: { refused: unknown } }).output.refused])
  }
  expect(outcomes).toEqual([
    ["throw", 500, "FUNCTION_ERROR"],
    ["loop", 504, "FUNCTION_TIMEOUT"],
    ["late", 200, "TRANSACTION_ENDED"],
    ["open", 200, "TRANSACTION_OPEN"],
    ["http", 200, "TRANSACTION_OPEN"],
  ])
  expect(await titles()).toEqual(["kept well", "lent"])
  expect((await work("again")).status).toBe(200)
}
