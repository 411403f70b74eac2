import { renameSync } from "node:fs"

import { expect, test } from "vitest"

import { send, sendJson, startHttp } from "../http-fixture.ts"

test("the process is alive and ready, and says so in words", async () => {
  const { port } = await startHttp()

  const [live, ready, health] = await Promise.all(
    ["/health/live", "/health/ready", "/health"].map((path) => send(port, { path })),
  )

  expect(live!.body).toEqual({ status: "ok" })
  expect(ready!.body).toEqual({ status: "ok" })
  expect(health!.body).toMatchObject({ status: "ok", version: "1.2.3", checks: { database: "ok" } })
})

test("the figures name nothing but figures", async () => {
  const { port } = await startHttp()
  await sendJson(port, "POST", "/api/collections/notes", { title: "a" })

  const { body, text } = await send(port, { path: "/health/stats" })

  expect(body).toMatchObject({
    database: { file_bytes: expect.any(Number), writes: expect.any(Number) },
    memory: { rss_bytes: expect.any(Number) },
    requests: { total: 2, failed: 0, in_flight: 1 },
    collections: 1,
  })
  expect(text).not.toMatch(/notes|alyx\.db/)
})

test("without its database the process is alive and not ready", async () => {
  const { port, parts, logLines } = await startHttp()
  await (parts.records.database as unknown as { stop(): Promise<void> }).stop()

  const [live, ready] = [await send(port, { path: "/health/live" }), await send(port, { path: "/health/ready" })]

  expect(live.status).toBe(200)
  expect(ready.status).toBeGreaterThanOrEqual(500)
  expect(ready.body.error.message).not.toMatch(/sqlite|node_modules/i)
  expect(logLines.filter((line) => line["requestId"] === ready.body.request_id)).toHaveLength(1)
})

test("with its database moved away it says so, takes no writes, and goes on when the file is back", async () => {
  const { port, databaseFile } = await startHttp()
  renameSync(databaseFile, `${databaseFile}.away`)

  const [health, ready, stats, live] = await Promise.all(
    ["/health", "/health/ready", "/health/stats", "/health/live"].map((path) => send(port, { path })),
  )
  const write = await sendJson(port, "POST", "/api/collections/notes", { title: "a" })

  for (const answer of [health!, ready!, write]) {
    expect(answer).toMatchObject({ status: 503, body: { error: { code: "DATABASE_MOVED" } } })
    expect(answer.text).not.toContain(databaseFile)
  }
  expect(stats).toMatchObject({ status: 200, body: { status: "failing", database: { file_bytes: 0 } } })
  expect(live!.status).toBe(200)
  renameSync(`${databaseFile}.away`, databaseFile)
  expect((await send(port, { path: "/health" })).status).toBe(200)
  expect((await sendJson(port, "POST", "/api/collections/notes", { title: "a" })).status).toBe(201)
})
