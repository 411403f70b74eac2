import type { Socket } from "node:net"

import fastify from "fastify"
import { expect, test, vi } from "vitest"

import { inFlightMax, requestLimits } from "../../../../src/daemon/http/middleware/limits.ts"
import { UntakenAnswers } from "../../../../src/daemon/http/untaken-answers.ts"
import { isAlyxError } from "../../../../src/errors.ts"
import type { LogEntry } from "../../../../src/protocol/admin-api.ts"
import { ownerCaller } from "../../../helpers/owner-caller.ts"
import { httpConfig, openRaw, send, startHttp } from "../http-fixture.ts"

const bodyHead =
  "POST /api/collections/notes HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 13\r\n\r\n"

test("in production a request that went well and fast leaves no line", async () => {
  const { port, activity, logLines } = await startHttp({ mode: "start" })

  await send(port, { path: "/health/live" })
  await send(port, { path: "/nowhere" })

  expect(logLines).toEqual([])
  expect(activity.past({ tail: 10 })).toEqual([])
})

test("the files of the API page are no entries, since nobody asked for them", async () => {
  const { app, port, activity } = await startHttp({ mode: "dev" })

  await send(port, { path: "/docs/assets/0/swagger-ui.css" })
  await send(port, { path: "/docs" })
  await app.close({ drainTimeoutMs: 1_000 })

  expect(activity.past({ tail: 10 }).map((entry) => entry.kind === "request" && entry.url)).toEqual(["/docs"])
})

test("in dev every request is an entry of the activity", async () => {
  const { app, port, activity, logLines } = await startHttp({ mode: "dev" })

  await send(port, { path: "/health/live?a=1", headers: { "x-request-id": "mine" } })
  await send(port, { path: "/nowhere" })
  await app.close({ drainTimeoutMs: 1_000 })

  expect(activity.past({ tail: 10 })).toMatchObject([
    { kind: "request", method: "GET", url: "/health/live?a=1", status: 200, requestId: "mine" },
    { kind: "request", method: "GET", url: "/nowhere", status: 404, code: "NOT_FOUND", durationMs: expect.any(Number) },
  ])
  expect(logLines).toEqual([])
})

test("who reads along sees requests in production too", async () => {
  const { port, activity } = await startHttp({ mode: "start" })
  const seen = new Promise<LogEntry>((resolve) => activity.follow(resolve))

  await send(port, { path: `/health/live?long=${"x".repeat(1_900)}` })

  expect(await seen).toMatchObject({ kind: "request", status: 200 })
})

test("every request is a line when all are asked for, with its address and no secret", async () => {
  const { app, port, logLines } = await startHttp({ server: { slowRequestMs: 0, trustedProxies: ["127.0.0.1"] } })

  await send(port, {
    path: "/health/live",
    headers: { authorization: "Bearer hush", cookie: "sid=hush", "x-forwarded-for": "203.0.113.7" },
  })
  await app.close({ drainTimeoutMs: 1_000 })

  expect(logLines).toMatchObject([
    {
      level: "info",
      message: "request",
      method: "GET",
      url: "/health/live",
      status: 200,
      address: "203.0.113.7",
    },
  ])
  expect(JSON.stringify(logLines)).not.toContain("hush")
})

test("a bug is hidden from the client and logged once, with its stack and the request's id", async () => {
  const { app, port, parts, activity, logLines } = await startHttp()
  parts.schemas.swap(null as never)

  const answer = await send(port, { path: "/api/collections/notes" })
  await app.close({ drainTimeoutMs: 1_000 })

  expect(answer).toMatchObject({ status: 500, body: { error: { code: "INTERNAL" } } })
  expect(answer.text).not.toMatch(/TypeError|null|\.ts/)
  expect(logLines).toHaveLength(1)
  expect(logLines[0]).toMatchObject({
    level: "error",
    requestId: answer.body.request_id,
    error: { type: "TypeError", stack: expect.stringContaining(".ts") },
  })
  expect(activity.past({ tail: 10 }).filter(({ kind }) => kind === "log")).toMatchObject([
    { level: "error", message: "unexpected error", fields: { error: expect.any(String) } },
  ])
})

test.each([
  ["resets the connection", 499, (socket: Socket) => void socket.resetAndDestroy()],
  ["says that nothing more comes, and is told so", 400, (socket: Socket) => void socket.end()],
])("a request whose client %s in the middle of the body is %d, never a success", async (_name, status, leave) => {
  const { app, port, activity } = await startHttp({ mode: "dev" })
  const raw = await openRaw(port)
  raw.write(`${bodyHead}{"title"`)
  await vi.waitFor(() => expect(app.requestCounts().inFlight).toBe(1))

  leave(raw.socket)
  await vi.waitFor(() => expect(app.requestCounts().inFlight).toBe(0))

  expect(activity.past({ tail: 10 })).toMatchObject([{ kind: "request", method: "POST", status }])
  const { text } = await send(port, { path: "/metrics" })
  expect(text).toContain(`method="POST",route="/api/collections/:name",status="${status}"`)
  expect(text).not.toContain("alyx_http_refused_total{")
})

test("a request that does not arrive in time is logged as what it was answered", async () => {
  const { app, port, activity } = await startHttp({ mode: "dev", server: { requestTimeoutMs: 500 } })
  const raw = await openRaw(port)

  raw.write(`${bodyHead}{"title"`)
  await raw.received
  await vi.waitFor(() => expect(app.requestCounts().inFlight).toBe(0))

  expect(activity.past({ tail: 10 })).toMatchObject([{ kind: "request", method: "POST", status: 408 }])
})

test("what comes on top of too many requests in work is sent away, but not the owner", async () => {
  const app = fastify()
  app.decorateRequest("caller")
  app.decorateRequest("invocation", null)
  app.addHook("onRequest", (request, _reply, done) => {
    request.caller = { ...ownerCaller(""), owner: request.headers["x-owner"] === "yes" }
    done()
  })
  app.addHook(
    "onRequest",
    requestLimits(() => httpConfig(), {
      inFlight: () => inFlightMax + 1,
      untaken: new UntakenAnswers({ heldBytesMax: 1 }),
    }),
  )
  app.setErrorHandler((error, _request, reply) => reply.code(isAlyxError(error) ? error.status : 500).send(error))
  app.get("/", () => "ok")

  const [stranger, owner] = [await app.inject("/"), await app.inject({ url: "/", headers: { "x-owner": "yes" } })]
  await app.close()

  expect([stranger.statusCode, owner.statusCode]).toEqual([503, 200])
})

test("a slow request is a warning", async () => {
  const { app, port, logLines } = await startHttp({ server: { slowRequestMs: 0.000_001 } })

  await send(port, { path: "/health/live" })
  await app.close({ drainTimeoutMs: 1_000 })

  expect(logLines).toMatchObject([{ level: "warn", message: "slow request", status: 200 }])
})
