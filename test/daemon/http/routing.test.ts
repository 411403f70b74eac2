import { describe, expect, test } from "vitest"

import { send, type Sent, startHttp } from "./http-fixture.ts"

interface Scenario {
  readonly name: string
  readonly send: Sent
  readonly status: number
  readonly code?: string
  readonly headers?: Record<string, unknown>
  readonly body?: unknown
  readonly says?: RegExp
}

const json = { "content-type": "application/json" }

const scenarios: readonly Scenario[] = [
  {
    name: "the root says what this is and where to go on",
    send: { path: "/" },
    status: 200,
    body: {
      name: "alyx",
      version: "1.2.3",
      links: { documents: "/api/collections/{collection}", login: "/api/auth/login" },
    },
  },
  {
    name: "what other servers call registering leads to where it is",
    send: { method: "POST", path: "/api/auth/signup" },
    status: 404,
    code: "NOT_FOUND",
    says: /Did you mean POST \/api\/auth\/register\?.*"\/api\/auth\/register"|"\/api\/auth\/register".*Did you mean POST \/api\/auth\/register\?/,
  },
  {
    name: "what other servers call signing in leads to where it is",
    send: { method: "POST", path: "/auth/v1/token" },
    status: 404,
    code: "NOT_FOUND",
    says: /Did you mean POST \/api\/auth\/login\?/,
  },
  {
    name: "a trailing slash makes no difference",
    send: { path: "/health/live/" },
    status: 200,
    body: { status: "ok" },
  },
  { name: "a query makes no difference to the path", send: { path: "/health/live?a=%zz" }, status: 200 },
  {
    name: "an unknown path is told what is served",
    send: { path: "/api/colections/notes" },
    status: 404,
    code: "NOT_FOUND",
    says: /\/api\/collections\/notes/,
  },
  {
    name: "the name of a collection at the root leads to its documents",
    send: { path: "/notes/5?x=1" },
    status: 404,
    code: "NOT_FOUND",
    says: /Documents are at \/api\/collections\/notes\/5\./,
  },
  {
    name: "case counts in paths",
    send: { path: "/Health" },
    status: 404,
    code: "NOT_FOUND",
    says: /Did you mean \/health\?/,
  },
  { name: "doubled slashes are another path", send: { path: "//health" }, status: 404, code: "NOT_FOUND" },
  {
    name: "an unknown path is unknown even when the body is no JSON",
    send: { method: "POST", path: "/nowhere", headers: json, body: "{" },
    status: 404,
    code: "NOT_FOUND",
  },
  {
    name: "a method that the path does not have is refused with those that it has",
    send: { method: "PUT", path: "/api/collections/notes", headers: json, body: "{" },
    status: 405,
    code: "METHOD_NOT_ALLOWED",
    headers: { allow: "GET, HEAD, POST, OPTIONS" },
  },
  {
    name: "a batch cannot be read",
    send: { path: "/api/batch" },
    status: 405,
    code: "METHOD_NOT_ALLOWED",
    headers: { allow: "POST, OPTIONS" },
  },
  {
    name: "QUERY is known, and allowed nowhere",
    send: { method: "QUERY", path: "/api/collections/notes", headers: json, body: "{}" },
    status: 405,
    code: "METHOD_NOT_ALLOWED",
  },
  {
    name: "a method that is served nowhere is refused with those of the path, too",
    send: { method: "PROPFIND", path: "/api/collections/notes" },
    status: 405,
    code: "METHOD_NOT_ALLOWED",
    headers: { allow: "GET, HEAD, POST, OPTIONS" },
  },
  {
    name: "a method that is served nowhere finds nothing where there is nothing",
    send: { method: "LINK", path: "/nowhere" },
    status: 404,
    code: "NOT_FOUND",
  },
  {
    name: "OPTIONS names the methods of a path",
    send: { method: "OPTIONS", path: "/api/collections/notes/1" },
    status: 204,
    headers: { allow: "GET, HEAD, PATCH, DELETE, OPTIONS" },
  },
  {
    name: "HEAD has the head of GET and no body",
    send: { method: "HEAD", path: "/health/live" },
    status: 200,
    headers: { "content-length": "15", "content-type": "application/json; charset=utf-8" },
  },
  { name: "HEAD of nothing is 404 without a body", send: { method: "HEAD", path: "/nowhere" }, status: 404 },
  {
    name: "a percent sign without a code is refused",
    send: { path: "/api/collections/%zz" },
    status: 400,
    code: "BAD_REQUEST",
  },
  {
    name: "bytes that are no UTF-8 are refused",
    send: { path: "/api/collections/%FF%FE" },
    status: 400,
    code: "BAD_REQUEST",
  },
  {
    name: "a query that is not encoded is refused",
    send: { path: "/api/collections/notes?filter=%E0%A4%A" },
    status: 400,
    code: "INVALID_QUERY",
  },
  {
    name: "a URL over the limit is refused",
    send: { path: `/api/collections/notes?filter=${"a".repeat(2_000)}` },
    status: 414,
    code: "URL_TOO_LONG",
    says: /server\.url_limit/,
  },
  {
    name: "a collection that is not there is not found",
    send: { path: "/api/collections/nothing" },
    status: 404,
    code: "COLLECTION_NOT_FOUND",
  },
  {
    name: "a collection with a strange name is not found either",
    send: { path: "/api/collections/__proto__" },
    status: 404,
    code: "COLLECTION_NOT_FOUND",
  },
]

describe("routing", () => {
  test.each(scenarios)("$name", async (scenario) => {
    const { port } = await startHttp()

    const answer = await send(port, scenario.send)

    expect(answer.status).toBe(scenario.status)
    expect(answer.headers).toMatchObject({ "x-request-id": expect.stringMatching(/^req_\w+$/), ...scenario.headers })
    if (scenario.body) expect(answer.body).toMatchObject(scenario.body)
    if (scenario.says) expect(answer.text).toMatch(scenario.says)
    if (scenario.code) expect(answer.body).toMatchObject(errorForm(scenario.code, answer.headers["x-request-id"]))
    if (scenario.send.method === "HEAD") expect(answer.text).toBe("")
  })

  test("the collections are named at the root in dev alone", async () => {
    const [dev, start] = [await startHttp({ mode: "dev" }), await startHttp({ mode: "start" })]

    const [inDev, inStart] = [await send(dev.port), await send(start.port)]

    expect(inDev.body.collections).toEqual(["/api/collections/notes"])
    expect(inStart.body.collections).toBeUndefined()
  })

  test("a harmless X-Request-Id is kept, any other is replaced", async () => {
    const { port } = await startHttp()
    const idFor = async (given: string) =>
      (await send(port, { headers: { "x-request-id": given } })).headers["x-request-id"]

    expect(await idFor("0198c000-0000-7000-8000-000000000000")).toBe("0198c000-0000-7000-8000-000000000000")
    expect(await idFor("a".repeat(128))).toBe("a".repeat(128))
    for (const given of ["a".repeat(129), "a b", "<script>", '"quoted"', ""]) {
      expect(await idFor(given)).toMatch(/^req_/)
    }
  })
})

function errorForm(code: string, requestId: unknown): object {
  return {
    error: { code, message: expect.stringMatching(/\.$/) },
    request_id: requestId,
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  }
}
