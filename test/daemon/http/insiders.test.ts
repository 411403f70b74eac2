import path from "node:path"

import { expect, test } from "vitest"

import type { HttpApp } from "../../../src/daemon/http/app.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"
import { bearer, keyHeaders, signedIn } from "./asking-callers.ts"
import { send, startHttp } from "./http-fixture.ts"

const figures = ["/metrics", "/health/stats"]
const descriptions = ["/api/openapi.json", "/api/openapi.yaml"]
const token = "a token of 16 characters or more".replaceAll(" ", "-")

test("on loopback figures and the API's description are open, whatever the token says", async () => {
  const { port } = await startHttp({ server: { insecureOpen: false } })

  for (const target of [...figures, ...descriptions]) {
    expect((await send(port, { path: target })).status, target).toBe(200)
    expect((await send(port, { path: target, headers: bearer("nothing") })).status, target).toBe(200)
  }
})

test("off loopback they are for admins, and figures for metrics.token as well", async () => {
  const { port, auth, socketPath } = await startEverywhere()
  const user = (await signedIn(auth, { email: "user@example.com" })).headers
  const admin = (await signedIn(auth, { email: "admin@example.com", role: "admin" })).headers
  const limited = await keyHeaders(auth, { name: "limited", role: "admin", operations: ["read"] })

  for (const target of [...figures, ...descriptions]) {
    const status = async (headers: Record<string, string>) => (await send(port, { path: target, headers })).status
    expect(await send(port, { path: target }), target).toMatchObject({
      status: 401,
      body: { error: { code: "UNAUTHENTICATED" } },
    })
    expect(await status(bearer("nothing")), target).toBe(401)
    expect(await send(port, { path: target, headers: user }), target).toMatchObject({
      status: 403,
      body: { error: { code: "NOT_ADMIN" } },
    })
    expect(await status(limited), target).toBe(403)
    expect(await status(admin), target).toBe(200)
    expect((await send(socketPath, { path: target })).status, target).toBe(200)
  }
  for (const target of figures) {
    expect((await send(port, { path: target, headers: bearer(token) })).status, target).toBe(200)
    for (const wrong of [token.slice(1), `${token}x`, token.toUpperCase()]) {
      expect((await send(port, { path: target, headers: bearer(wrong) })).status, wrong).toBe(401)
    }
  }
  for (const target of descriptions) {
    expect((await send(port, { path: target, headers: bearer(token) })).status, target).toBe(401)
  }
})

test("off loopback whether the server lives stays open, and so does the page of what is served", async () => {
  const { port } = await startEverywhere()

  for (const target of ["/", "/health", "/health/live", "/health/ready"]) {
    expect((await send(port, { path: target })).status, target).toBe(200)
  }
})

test("without metrics.token no token opens the figures", async () => {
  const { port } = await startEverywhere(null)

  for (const sent of ["null", "undefined", token]) {
    expect((await send(port, { path: "/metrics", headers: bearer(sent) })).status, sent).toBe(401)
  }
})

async function startEverywhere(metricsToken: string | null = token) {
  const running = await startHttp({
    server: { insecureOpen: false, host: "0.0.0.0" },
    metrics: { token: metricsToken },
  })
  const socketPath = path.join(await tempFolder(), "daemon.sock")
  await running.app.listenLocal(socketPath)
  return { port: await moveTo(running.app, "0.0.0.0"), auth: running.parts.auth, socketPath }
}

async function moveTo(app: HttpApp, host: string): Promise<number> {
  return (await app.relisten({ host, port: 0 }, { drainTimeoutMs: 0 })).port
}
