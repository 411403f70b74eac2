import path from "node:path"

import { expect, test } from "vitest"

import { tempFolder } from "../../helpers/temp-folder.ts"
import { bearer, keyHeaders } from "./asking-callers.ts"
import { send, startHttp } from "./http-fixture.ts"

const minuteMs = 60_000

test("an address that asks too often waits, on whatever path and with whatever token; the owner does not", async () => {
  const clock = { ms: Date.now(), now: (): number => clock.ms }
  const rateLimit = { address: { count: 4, windowMs: minuteMs }, key: null }
  const { port, app } = await startHttp({ clock, server: { insecureOpen: false, rateLimit } })
  const socketPath = path.join(await tempFolder(), "daemon.sock")
  await app.listenLocal(socketPath)

  expect((await send(port, { path: "/health/live" })).status).toBe(200)
  for (let tries = 0; tries < 3; tries += 1) {
    expect((await send(port, { path: "/api/admin/stats", headers: bearer(`guess${tries}`) })).status).toBe(401)
  }
  clock.ms += 20_000

  for (const headers of [{}, bearer("guess"), { origin: "https://app.example" }]) {
    expect(await send(port, { path: "/health/live", headers })).toMatchObject({
      status: 429,
      headers: { "retry-after": "40", ratelimit: '"address";r=0;t=40', "ratelimit-policy": '"address";q=4;w=60' },
      body: { error: { code: "RATE_LIMITED" } },
    })
  }
  for (let count = 0; count < 10; count += 1) {
    expect((await send(socketPath, { path: "/health/live" })).status).toBe(200)
  }
  clock.ms += 40_000
  const again = await send(port, { path: "/health/live" })
  expect(again.status).toBe(200)
  expect(again.headers).not.toHaveProperty("ratelimit")
})

test("an API key that asks too often waits, while another one does not", async () => {
  const rateLimit = { address: null, key: { count: 2, windowMs: minuteMs } }
  const { port, parts } = await startHttp({ server: { insecureOpen: false, rateLimit } })
  const first = await keyHeaders(parts.auth, { name: "first" })
  const second = await keyHeaders(parts.auth, { name: "second" })
  const status = async (headers: Record<string, string>) => (await send(port, { path: "/health", headers })).status

  expect([await status(first), await status(first), await status(first)]).toEqual([200, 200, 429])
  expect(await status(second)).toBe(200)
})

test("a page may read that it asks too often", async () => {
  const server = {
    rateLimit: { address: { count: 1, windowMs: minuteMs }, key: null },
    cors: { origins: ["https://a.example"] },
  }
  const { port } = await startHttp({ server })
  const headers = { origin: "https://a.example" }
  await send(port, { path: "/health", headers })

  expect(await send(port, { path: "/health", headers })).toMatchObject({
    status: 429,
    headers: { "access-control-allow-origin": "https://a.example" },
  })
})
