import path from "node:path"

import { expect, test } from "vitest"

import { tempFolder } from "../../helpers/temp-folder.ts"
import { bearer, keyHeaders, signedIn } from "./asking-callers.ts"
import { send, startHttp } from "./http-fixture.ts"
import type { HttpOptions, Sent } from "./http-fixture.ts"

/** Every path of the admin API, with what an admin is answered who sends nothing. */
const paths: readonly (readonly [method: string, path: string, status: number])[] = [
  ["GET", "/api/admin/stats", 200],
  ["GET", "/api/admin/logs?follow=false", 200],
  ["GET", "/api/admin/schema", 200],
  ["POST", "/api/admin/schema", 400],
  ["GET", "/api/admin/migrations", 500],
  ["POST", "/api/admin/migrate", 400],
  ["GET", "/api/admin/requests/unknown", 404],
  ["GET", "/api/admin/db/check", 500],
  ["GET", "/api/admin/db/dump?format=unknown", 400],
  ["POST", "/api/admin/db/query", 400],
  ["POST", "/api/admin/db/backup", 500],
  ["POST", "/api/admin/db/reset", 500],
  ["POST", "/api/admin/db/restore", 400],
  ["POST", "/api/admin/db/seed", 415],
  ["POST", "/api/admin/db/fake", 400],
  ["GET", "/api/admin/users", 200],
  ["POST", "/api/admin/users", 400],
  ["GET", "/api/admin/users/unknown", 404],
  ["PATCH", "/api/admin/users/unknown", 400],
  ["DELETE", "/api/admin/users/unknown", 404],
  ["POST", "/api/admin/users/unknown/reset", 404],
  ["GET", "/api/admin/users/unknown/sessions", 404],
  ["DELETE", "/api/admin/users/unknown/sessions", 404],
  ["DELETE", "/api/admin/users/unknown/sessions/unknown", 404],
  ["GET", "/api/admin/keys", 200],
  ["POST", "/api/admin/keys", 400],
  ["DELETE", "/api/admin/keys/unknown", 404],
  ["GET", "/api/admin/functions", 200],
  ["POST", "/api/admin/functions/reload", 200],
  ["POST", "/api/admin/functions/unknown/invoke", 404],
  ["GET", "/api/admin/functions/unknown/executions", 404],
  ["GET", "/api/admin/executions", 200],
  ["GET", "/api/admin/executions/unknown", 404],
  ["GET", "/api/admin/secrets", 200],
  ["PUT", "/api/admin/secrets/NAME", 400],
  ["DELETE", "/api/admin/secrets/unknown", 404],
]

const ownerPaths: readonly (readonly [method: string, path: string])[] = [["POST", "/api/admin/shutdown"]]

const unauthenticated = { status: 401, body: { error: { code: "UNAUTHENTICATED" } } }
const forbiddenScope = { status: 403, body: { error: { code: "FORBIDDEN_SCOPE" } } }
const notAdmin = { status: 403, body: { error: { code: "NOT_ADMIN" } } }

test("every path is for the owner, admins and unlimited admin keys, and for nobody else", async () => {
  const { ask } = await startWithCallers()

  for (const [method, target, status] of paths) {
    const asked = { method, path: target }
    const words = `${method} ${target}`
    expect(await ask("anonymous", asked), words).toMatchObject(unauthenticated)
    for (const who of ["user", "key"] as const) expect(await ask(who, asked), words).toMatchObject(notAdmin)
    expect(await ask("limited admin key", asked), words).toMatchObject(forbiddenScope)
    for (const who of ["admin", "admin key", "owner"] as const) {
      expect((await ask(who, asked)).status, `${words} by ${who}`).toBe(status)
    }
  }
})

test.each(ownerPaths)("%s %s is for the owner alone", async (method, target) => {
  const { ask, shutdowns } = await startWithCallers()

  expect(await ask("anonymous", { method, path: target })).toMatchObject(unauthenticated)
  expect(await ask("user", { method, path: target })).toMatchObject(notAdmin)
  for (const who of ["admin", "admin key"] as const) {
    expect(await ask(who, { method, path: target })).toMatchObject({
      status: 403,
      body: { error: { code: "OWNER_ONLY" } },
    })
  }
  expect(shutdowns()).toBe(0)
  expect((await ask("owner", { method, path: target })).status).toBe(202)
})

test("a backup to a path of the machine is for the owner alone", async () => {
  const { ask } = await startWithCallers()
  const sent = {
    method: "POST",
    path: "/api/admin/db/backup",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ file: "/tmp/somewhere.db" }),
  }

  expect((await ask("admin", sent)).body.error.code).toBe("OWNER_ONLY")
  expect((await ask("owner", sent)).body.error.code).toBe("INTERNAL")
})

test("who has no access learns nothing of methods, and nothing reads the body", async () => {
  const { ask } = await startWithCallers()

  for (const method of ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]) {
    expect((await ask("anonymous", { method, path: "/api/admin/stats" })).status, method).toBe(401)
    expect((await ask("user", { method, path: "/api/admin/stats" })).status, method).toBe(403)
  }
  const invalid = { method: "POST", path: "/api/admin/keys", headers: { "content-type": "text/csv" }, body: "{" }
  expect(await ask("anonymous", invalid)).toMatchObject(unauthenticated)
})

test("a token that is none is 401 on the admin API, and no header makes an owner", async () => {
  const { port } = await startWithCallers()
  const headers = { "x-forwarded-for": "local", host: "localhost" }

  expect(await send(port, { path: "/api/admin/stats", headers: bearer("nothing") })).toMatchObject({
    status: 401,
    headers: { "www-authenticate": 'Bearer error="invalid_token"' },
    body: { error: { code: "INVALID_TOKEN" } },
  })
  expect(await send(port, { path: "/api/admin/stats", headers })).toMatchObject({
    ...unauthenticated,
    headers: { "www-authenticate": "Bearer" },
  })
})

test("an admin who is one no more is refused at the next request", async () => {
  const { ask, parts } = await startWithCallers()
  expect((await ask("admin", { path: "/api/admin/stats" })).status).toBe(200)

  await parts.auth.database.write((transaction) =>
    transaction.run({ sql: "UPDATE _alyx_users SET role = 'user'", parameters: [] }),
  )
  parts.auth.signals.nudge("accounts")

  expect(await ask("admin", { path: "/api/admin/stats" })).toMatchObject(notAdmin)
})

test("a log that is followed ends with the rights of its admin, and goes on until then", async () => {
  const { parts, port, headers } = await startWithCallers()
  const followed = await fetch(`http://127.0.0.1:${port}/api/admin/logs?tail=0`, { headers: headers.admin })
  const reader = followed.body!.getReader()

  parts.auth.signals.nudge("accounts")
  parts.activity.log("info", "still here")
  const { value } = await reader.read()
  expect(new TextDecoder().decode(value)).toContain("still here")
  await parts.auth.database.write((transaction) =>
    transaction.run({ sql: "DELETE FROM _alyx_sessions", parameters: [] }),
  )
  parts.auth.signals.nudge("accounts")

  await expect(reader.read().then(() => reader.read())).rejects.toThrow("terminated")
})

test("on an open server everyone is an admin, but no web page of another origin", async () => {
  const { ask } = await startWithCallers({ server: { insecureOpen: true, cors: { origins: ["https://app.example"] } } })
  const asks = (origin: string, headers = {}) =>
    ask("anonymous", { path: "/api/admin/stats", headers: { host: "localhost:8090", origin, ...headers } })

  expect((await ask("anonymous", { path: "/api/admin/stats" })).status).toBe(200)
  for (const origin of ["http://localhost:8090", "https://app.example"])
    expect((await asks(origin)).status, origin).toBe(200)
  for (const origin of ["https://evil.example", "null", "http://localhost:3000", "http://localhost:80900"]) {
    expect(await asks(origin), origin).toMatchObject({ status: 403, body: { error: { code: "FORBIDDEN_ORIGIN" } } })
  }
  const named = (site: string) =>
    ask("anonymous", { path: "/api/admin/db/check", headers: { "sec-fetch-site": site } }).then(({ status }) => status)
  expect([await named("cross-site"), await named("same-site")]).toEqual([403, 403])
  expect([await named("same-origin"), await named("none")]).toEqual([500, 500])
})

test("a page of another origin that carries an admin's token is an admin", async () => {
  const { ask } = await startWithCallers()

  const answer = await ask("admin", { path: "/api/admin/stats", headers: { origin: "https://console.example" } })

  expect(answer.status).toBe(200)
})

const callers = ["anonymous", "user", "key", "limited admin key", "admin", "admin key", "owner"] as const

async function startWithCallers(options: HttpOptions = {}) {
  const running = await startHttp({ ...options, server: { insecureOpen: false, ...options.server } })
  const { auth } = running.parts
  const socketPath = path.join(await tempFolder(), "daemon.sock")
  await running.app.listenLocal(socketPath)
  const headers: Record<(typeof callers)[number], Record<string, string>> = {
    anonymous: {},
    owner: {},
    user: (await signedIn(auth, { email: "user@example.com" })).headers,
    admin: (await signedIn(auth, { email: "admin@example.com", role: "admin" })).headers,
    key: await keyHeaders(auth, { name: "plain" }),
    "admin key": await keyHeaders(auth, { name: "admin", role: "admin" }),
    "limited admin key": await keyHeaders(auth, { name: "limited", role: "admin", operations: ["read"] }),
  }
  return {
    ...running,
    headers,
    ask: (who: (typeof callers)[number], sent: Sent) =>
      send(who === "owner" ? socketPath : running.port, { ...sent, headers: { ...headers[who], ...sent.headers } }),
  }
}
