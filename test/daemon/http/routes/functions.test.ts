import { request } from "node:http"
import { createServer } from "node:http"
import { rm, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, onTestFinished, test } from "vitest"

import { newFunctionStyles, writeNewFunction } from "../../../../src/codegen/functions/new-function.ts"
import type {
  ExecutionDetail,
  ExecutionDetailsResponse,
  ExecutionsResponse,
  FunctionsResponse,
  InvokeResponse,
} from "../../../../src/protocol/functions-api.ts"
import { startAccountsDaemon } from "../../auth/accounts-daemon.ts"

const schema = `
collections:
  users:
    fields:
      id: { type: uuid, primary: true, default: auto }
      email: { type: string, unique: true }
      role: { type: string, default: user }
      verified: { type: bool, default: false }
    rules: { create: "true", read: "auth.id == doc.id", update: "auth.id == doc.id" }
  notes:
    fields:
      title: { type: string }
      owner: { type: string, nullable: true }
      margin: { type: string, internal: true, default: "" }
    rules:
      read: "doc.owner == auth.id"
      create: "doc.owner == auth.id"
`

const define = (body: string, head = ""): string =>
  `import { defineFunction, FunctionError } from "@alyx/functions"\n${head}export default defineFunction({ ${body} })\n`

test("what alyx generate function writes answers without an input, too", async () => {
  const { send, client, folder } = await startAccountsDaemon({ schema })
  const place = { root: folder, functionsDir: path.join(folder, "functions") }
  for (const style of newFunctionStyles)
    await writeNewFunction({ ...place, name: style, style, language: "ts", form: "file" })
  await client.post("/api/admin/functions/reload", {})

  for (const style of newFunctionStyles) {
    const invoke = (body: object) => client.post<InvokeResponse>(`/api/admin/functions/${style}/invoke`, body)
    const greeted = { error: null, output: { message: "Hello, world!" } }
    expect([style, await invoke({})]).toMatchObject([style, greeted])
    expect([style, await invoke({ input: { name: "Ada" } })]).toMatchObject([
      style,
      { output: { message: "Hello, Ada!" } },
    ])
    // The schema of `define` says that an input is an object, and null is an input.
    expect([style, await invoke({ input: null })]).toMatchObject([
      style,
      style === "define" ? { status: 400, error: { code: "INPUT_INVALID" } } : greeted,
    ])
    expect([style, (await send("POST", `/api/functions/${style}`)).status]).toEqual([style, 200])
    expect([style, (await send("GET", `/api/functions/${style}`)).status]).toEqual([style, 200])
  }
})

test("a function is called by its name, and its answer has one form", async () => {
  const { send, url } = await startAccountsDaemon({
    schema,
    files: {
      "functions/echo.ts": define("handler: (input) => ({ got: input })"),
      "functions/text.js": "module.exports = { handler() { Host.outputString('<' + Host.inputString() + '>') } }\n",
      "functions/bytes.js":
        "module.exports = { handler() { Host.outputBytes(new Uint8Array([255, 254, 0]).buffer) } }\n",
    },
  })
  const echo = "/api/functions/echo"

  const posted = await send("POST", echo, { a: [1, "ü"] })
  expect(posted).toMatchObject({ status: 200, body: { output: { got: { a: [1, "ü"] } } } })
  expect(Object.keys(posted.body as object)).toEqual(["output", "request_id", "duration_ms"])
  expect(posted.headers.get("x-request-id")).toBe((posted.body as { request_id: string }).request_id)
  expect(await send("GET", `${echo}?a=1&b=x%20y&a=2`)).toMatchObject({
    body: { output: { got: { a: ["1", "2"], b: "x y" } } },
  })
  expect(await send("POST", echo)).toMatchObject({ body: { output: { got: {} } } })
  expect(await raw(url, { path: "/api/functions/text", method: "POST", body: "no JSON" })).toMatchObject({
    status: 200,
    body: { output: "<no JSON>" },
  })
  expect(await send("GET", "/api/functions/bytes")).toMatchObject({ body: { output: "//4A", encoding: "base64" } })
  expect((await raw(url, { path: echo, method: "HEAD" })).text).toBe("")

  expect(await raw(url, { path: echo, method: "POST", body: '{"a":}', type: "application/json" })).toMatchObject({
    status: 400,
    body: { error: { code: "INVALID_JSON", details: { line: 1, column: 6 } } },
  })
  expect(await raw(url, { path: echo, method: "POST", body: "{}", type: "text/plain" })).toMatchObject({
    status: 415,
    body: { error: { code: "UNSUPPORTED_MEDIA_TYPE" } },
  })
  expect(await send("GET", "/api/functions/nothing")).toMatchObject({
    status: 404,
    body: { error: { code: "FUNCTION_NOT_FOUND" } },
  })
  const wrong = await send("DELETE", echo)
  expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET, HEAD, POST, OPTIONS"])
})

test("a handler owns its answer, and its routes", async () => {
  const { send, url, folder, client } = await startAccountsDaemon({
    schema,
    files: {
      "functions/own.ts": `export default { async fetch(request) {
        const url = new URL(request.url)
        if (url.pathname.endsWith("/bad")) return { status: 42 }
        const body = new Uint8Array(await request.arrayBuffer())
        const headers = new Headers({ "content-type": "application/x-own", "X-Own": request.method + " " + (request.headers.get("authorization") ?? "none") })
        headers.append("set-cookie", "a=1; Path=/")
        headers.append("set-cookie", "b=2")
        headers.set("connection", "close"); headers.set("x-request-id", "forged"); headers.set("content-length", "3")
        return new Response(body.reverse(), { status: 202, headers })
      } }\n`,
      "functions/own.yaml": `routes:\n  - path: /own/{id}\n    methods: [PUT, GET]\n  - "POST /"\n`,
      "functions/params.ts": "export default (req, res) => res.json({ params: req.params, path: req.path }, 203)\n",
      "functions/params.yaml": 'routes: ["GET /own/{id}/{rest*}"]\n',
    },
  })
  const all = Buffer.from(Uint8Array.from({ length: 256 }, (_, at) => at))

  const posted = await raw(url, { path: "/api/functions/own", method: "POST", body: all, type: "multipart/form-data" })
  expect(posted).toMatchObject({ status: 202, headers: { "content-type": "application/x-own", "x-own": "POST none" } })
  expect(posted.headers["set-cookie"]).toEqual(["a=1; Path=/", "b=2"])
  expect(posted.headers["x-request-id"]).not.toBe("forged")
  expect(posted.bytes).toEqual(Buffer.from(all.toReversed()))
  expect(await raw(url, { path: "/own/7?x=1", method: "PUT", body: "abc" })).toMatchObject({ status: 202, text: "cba" })
  expect(await raw(url, { path: "/", method: "POST", body: "root" })).toMatchObject({ status: 202, text: "toor" })
  expect(await send("GET", "/")).toMatchObject({ status: 200, body: { name: "alyx" } })
  expect(await send("GET", "/own/7/a/b%2Fc")).toMatchObject({
    status: 203,
    body: { params: { id: "7", rest: "a/b/c" }, path: "/own/7/a/b%2Fc" },
  })
  const wrong = await send("DELETE", "/own/7")
  expect(wrong).toMatchObject({ status: 405, body: { error: { code: "METHOD_NOT_ALLOWED" } } })
  expect(wrong.headers.get("allow")).toBe("PUT, GET, HEAD, OPTIONS")
  const options = await send("OPTIONS", "/own/7")
  expect([options.status, options.headers.get("allow")]).toEqual([204, "PUT, GET, HEAD, OPTIONS"])
  expect((await raw(url, { path: "/own/7", method: "HEAD" })).headers["x-own"]).toBe("GET none")
  expect(await send("GET", "/own")).toMatchObject({ status: 404, body: { error: { code: "NOT_FOUND" } } })

  await writeFile(path.join(folder, "functions/params.yaml"), 'routes: ["GET /other/{id}"]\n')
  await rm(path.join(folder, "functions/own.yaml"))
  const reloaded = await client.post<{ results: unknown[] }>("/api/admin/functions/reload", {})
  expect(reloaded.results).toMatchObject([
    { name: "own", outcome: "built" },
    { name: "params", outcome: "built" },
  ])
  expect(await send("GET", "/other/9")).toMatchObject({ status: 203, body: { params: { id: "9" } } })
  for (const gone of ["/own/7", "/own/7/a"]) expect((await send("GET", gone)).status).toBe(404)
})

test("who may call is said by the manifest, and functions act as their callers", async () => {
  const { send, sendAs, register, client, url } = await startAccountsDaemon({
    schema,
    files: {
      "functions/mine.ts": define(`async handler(input, ctx) {
        if (input?.title) await ctx.db.notes.create({ title: input.title, owner: ctx.auth?.id ?? "x" })
        const own = await ctx.db.notes.list()
        const inner = await fetch(ctx.url + "/api/collections/notes", { headers: { authorization: "Bearer " + ctx.token } })
        const bare = await fetch(ctx.url + "/api/collections/notes")
        const admin = await fetch(ctx.url + "/api/admin/stats")
        return { titles: own.docs.map((doc) => doc.title), inner: (await inner.json()).total, bare: (await bare.json()).total, admin: admin.status }
      }`),
      "functions/staff.ts": define("handler: () => 'in'"),
      "functions/staff.yaml": `access: "auth.id != null && request.method == 'POST'"\n`,
      "functions/nightly.ts": define("handler: () => 'ran'"),
      "functions/nightly.yaml": `schedules:\n  - name: nightly\n    type: cron\n    expression: "0 3 * * *"\n`,
    },
  })
  const [ada, bob] = [await register("ada@example.com"), await register("bob@example.com")]
  const mine = "/api/functions/mine"

  const byAda = await sendAs(ada.access_token, "POST", mine, { title: "of Ada" })
  expect(byAda.body).toMatchObject({ output: { titles: ["of Ada"], inner: 1, bare: 1, admin: 403 } })
  expect((await sendAs(bob.access_token, "POST", mine, {})).body).toMatchObject({ output: { titles: [], inner: 0 } })
  expect((await send("POST", mine, {})).body).toMatchObject({ output: { titles: [], inner: 0, bare: 0 } })
  expect(await send("POST", mine, { title: "of nobody" })).toMatchObject({
    status: 401,
    body: { error: { code: "UNAUTHENTICATED" } },
  })

  expect(await send("POST", "/api/functions/staff", {})).toMatchObject({ status: 401 })
  expect(await sendAs(ada.access_token, "GET", "/api/functions/staff")).toMatchObject({
    status: 403,
    body: { error: { code: "FORBIDDEN" } },
  })
  expect(await sendAs(ada.access_token, "POST", "/api/functions/staff", {})).toMatchObject({ body: { output: "in" } })

  expect(await sendAs(ada.access_token, "POST", "/api/functions/nightly", {})).toMatchObject({ status: 404 })
  const invoked = await client.post<InvokeResponse>("/api/admin/functions/nightly/invoke", { input: null })
  expect(invoked).toMatchObject({ status: 200, output: "ran", error: null })

  const invokeAs = (as: string) => client.post<InvokeResponse>("/api/admin/functions/mine/invoke", { as })
  expect(await invokeAs("ada@example.com")).toMatchObject({ output: { titles: ["of Ada"], inner: 1, admin: 403 } })
  expect(await invokeAs("bob@example.com")).toMatchObject({ output: { titles: [], inner: 0, bare: 0 } })
  expect(await invokeAs("anonymous")).toMatchObject({ output: { titles: [] } })
  await expect(invokeAs("eve@example.com")).rejects.toMatchObject({ code: "USER_NOT_FOUND" })
  const key = await client.post<{ secret: string }>("/api/admin/keys", {
    name: "k",
    role: "user",
    collections: ["notes"],
  })
  expect(await sendAs(key.secret, "POST", mine, {})).toMatchObject({
    status: 403,
    body: { error: { code: "FORBIDDEN_SCOPE" } },
  })
  expect(
    await raw(url, { path: mine, headers: { authorization: `Bearer alyx_call_${"0".repeat(64)}` } }),
  ).toMatchObject({
    status: 401,
    body: { error: { code: "INVALID_TOKEN" } },
  })
})

test("the token of a call works over TCP as long as the call, for what its caller may do", async () => {
  const used: { token: string; during: number; docs: number }[] = []
  let base = ""
  const use = async (token: string): Promise<void> => {
    const got = await raw(base, { path: "/api/collections/notes", headers: { authorization: `Bearer ${token}` } })
    used.push({ token, during: got.status, docs: (got.body as { total: number }).total })
  }
  const outside = createServer((asked, answer) => {
    void use(String(asked.headers["x-token"])).finally(() => answer.end("done"))
  })
  await new Promise<void>((resolve) => outside.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => void outside.close())
  const { port } = outside.address() as { port: number }
  const { sendAs, register, url } = await startAccountsDaemon({
    schema,
    files: {
      "functions/out.ts": define(`async handler(input, ctx) {
        await ctx.db.notes.create({ title: "one", owner: ctx.auth.id })
        const answer = await fetch("http://127.0.0.1:${port}/", { headers: { "x-token": ctx.token } })
        return answer.text()
      }`),
      "functions/out.yaml": `allowed_hosts: ["127.0.0.1:${port}"]\n`,
    },
  })
  base = url
  const ada = await register("ada@example.com")

  expect((await sendAs(ada.access_token, "POST", "/api/functions/out", {})).body).toMatchObject({ output: "done" })

  expect(used).toMatchObject([{ during: 200, docs: 1 }])
  const after = await raw(url, {
    path: "/api/collections/notes",
    headers: { authorization: `Bearer ${used[0]!.token}` },
  })
  expect(after).toMatchObject({ status: 401, body: { error: { code: "INVALID_TOKEN" } } })
})

test("what a function throws keeps its status, and only admins and the log are told more", async () => {
  const { send, sendAs, register, client, folder, log } = await startAccountsDaemon({
    schema,
    files: {
      "functions/refuse.ts": define(`handler(input) {
        if (input.how === "own") throw new FunctionError("NO_STOCK", 409, "There is none left", { left: 0 })
        throw new Error("the inner reason")
      }`),
      "functions/broken.ts": "export default {\n",
      "functions/misread.ts": "export default () => 1\n",
      "functions/misread.yaml": "timeout: soon\n",
    },
  })
  const ada = await register("ada@example.com")

  expect(await send("POST", "/api/functions/refuse", { how: "own" })).toMatchObject({
    status: 409,
    body: { error: { code: "NO_STOCK", message: "There is none left", details: { left: 0 } } },
  })
  const plain = await sendAs(ada.access_token, "POST", "/api/functions/refuse", { how: "other", password: "hunter22" })
  expect(plain).toMatchObject({ status: 500, body: { error: { code: "FUNCTION_ERROR" } } })
  expect(JSON.stringify(plain.body)).not.toContain("inner reason")

  const { executions } = await client.get<ExecutionsResponse>("/api/admin/functions/refuse/executions?limit=1")
  expect(executions).toMatchObject([{ status: "failed", functionName: "refuse", triggerType: "http" }])
  const detail = await client.get<ExecutionDetail>(`/api/admin/executions/${executions[0]!.id}`)
  expect(JSON.stringify(detail.error)).toContain("the inner reason")
  expect(detail.input).toBe('{"how":"other","password":"[hidden]"}')
  const inFull = await client.get("/api/admin/functions/refuse/executions?limit=1&in_full=true")
  expect(inFull).toEqual({ executions: [detail], next: detail.id })
  expect(await client.get("/api/admin/executions?limit=2&in_full=true")).toMatchObject({
    executions: [detail, { error: { code: "NO_STOCK" } }],
    next: null,
  })
  await expect(client.get("/api/admin/executions?in_full=yes")).rejects.toMatchObject({ code: "INVALID_QUERY" })

  expect(await send("POST", "/api/functions/broken", {})).toMatchObject({
    status: 503,
    body: { error: { code: "FUNCTION_UNAVAILABLE" } },
  })
  expect(await send("POST", "/api/functions/misread", {})).toMatchObject({
    status: 503,
    body: { error: { code: "FUNCTION_UNAVAILABLE" } },
  })
  expect((await send("POST", "/api/functions/none", {})).status).toBe(404)
  await expect(client.post("/api/admin/functions/broken/invoke", {})).rejects.toMatchObject({
    code: "FUNCTION_UNAVAILABLE",
    problems: [{ at: { file: "functions/broken.ts", line: 2 } }],
  })
  await expect(client.post("/api/admin/functions/refse/invoke", {})).rejects.toMatchObject({
    code: "FUNCTION_NOT_FOUND",
    next: 'Did you mean "refuse"?',
  })
  expect(log()).toContain("functions/broken.ts:2")
  const known = await client.get<FunctionsResponse>("/api/admin/functions")
  expect(known.functions.map(({ name, state }) => [name, state])).toEqual([
    ["broken", "failed"],
    ["misread", "failed"],
    ["refuse", "serving"],
  ])
  await writeFile(path.join(folder, "functions/refuse.ts"), "export default (\n")
  await client.post("/api/admin/functions/reload", { names: ["refuse"] })
  expect((await send("POST", "/api/functions/refuse", { how: "own" })).status).toBe(409)
  const stale = await client.get<FunctionsResponse>("/api/admin/functions")
  expect(stale.functions[2]).toMatchObject({ name: "refuse", state: "stale", lastBuild: { outcome: "failed" } })
})

interface RawAnswer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly bytes: Buffer
  readonly text: string
  readonly body: unknown
}

function raw(
  url: string,
  sent: { path: string; method?: string; body?: string | Buffer; type?: string; headers?: Record<string, string> },
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const headers = { ...(sent.type === undefined ? {} : { "content-type": sent.type }), ...sent.headers }
    const asking = request(url + sent.path, { method: sent.method ?? "GET", headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () => {
        const bytes = Buffer.concat(chunks)
        const text = bytes.toString("utf8")
        const isJson = String(response.headers["content-type"]).includes("json") && text !== ""
        const body: unknown = isJson ? JSON.parse(text) : undefined
        resolve({ status: response.statusCode!, headers: response.headers, bytes, text, body })
      })
    })
    asking.on("error", reject)
    asking.end(sent.body)
  })
}

test("variables whose names say that they are secret are hidden in what is kept of calls, also the former ones", async () => {
  const { send, client, folder } = await startAccountsDaemon({
    schema,
    files: {
      "functions/tell.ts": define(`handler(input, ctx) {
        ctx.log.info("with " + ctx.env.STRIPE_KEY, { token: 1, shop: ctx.env.SHOP, tokens: [ctx.env.STRIPE_KEY] })
        return { said: ctx.env.STRIPE_KEY + " of " + ctx.env.SHOP, got: input }
      }`),
      "functions/tell.yaml": "env: { STRIPE_KEY: from-the-manifest, SHOP: shop-of-ada }\n",
    },
  })

  expect((await send("POST", "/api/functions/tell", {})).body).toMatchObject({
    output: { said: "from-the-manifest of shop-of-ada" },
  })
  await writeFile(path.join(folder, "functions/tell.yaml"), "env: { STRIPE_KEY: another-one, SHOP: shop-of-ada }\n")
  await client.post("/api/admin/functions/reload", {})
  await send("POST", "/api/functions/tell", { seen: "from-the-manifest" })

  const { executions } = await client.get<ExecutionDetailsResponse>("/api/admin/executions?in_full=true")
  expect(executions.map(({ input, output, logs }) => ({ input, output, logs }))).toMatchObject([
    { input: '{"seen":"[hidden]"}', output: expect.stringContaining("[hidden] of shop-of-ada") },
    { output: expect.stringContaining("[hidden] of shop-of-ada"), logs: [{ message: "with [hidden]" }] },
  ])
  expect(JSON.stringify(executions)).not.toMatch(/from-the-manifest|another-one/)
})
