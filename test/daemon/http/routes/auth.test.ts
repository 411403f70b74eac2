import { expect, test } from "vitest"

import { sendAs, startAuth } from "../auth-http.ts"
import { send } from "../http-fixture.ts"
import type { Answer } from "../http-fixture.ts"

test("a person registers, is somebody, refreshes, signs out, and is nobody again", async () => {
  const { port } = await startAuth()

  const registered = await sendAs(port, null, "POST", "/api/auth/register", {
    email: "Ada@Example.com",
    password: "correct horse",
    name: "Ada",
  })

  expect(registered).toMatchObject({
    status: 201,
    headers: { "cache-control": "no-store" },
    body: {
      token_type: "Bearer",
      expires_in: 900,
      user: { email: "Ada@Example.com", role: "user", verified: false, metadata: {}, name: "Ada" },
    },
  })
  const { access_token: access, refresh_token: refresh, user } = registered.body
  expect(await sendAs(port, access, "GET", "/api/auth/me")).toMatchObject({ status: 200, body: { user } })

  const refreshed = await sendAs(port, null, "POST", "/api/auth/refresh", { refresh_token: refresh })
  expect(refreshed).toMatchObject({ status: 200, body: { user: { id: user.id } } })
  expect(refreshed.body.refresh_token).not.toBe(refresh)

  expect((await sendAs(port, refreshed.body.access_token, "POST", "/api/auth/logout")).status).toBe(204)
  for (const token of [access, refreshed.body.access_token]) {
    const answer = await sendAs(port, token, "GET", "/api/auth/me")
    expect(answer).toMatchObject({ status: 401, body: { error: { code: "INVALID_TOKEN" } } })
  }
  const again = await sendAs(port, null, "POST", "/api/auth/refresh", { refresh_token: refreshed.body.refresh_token })
  expect(again).toMatchObject({ status: 401, body: { error: { code: "INVALID_TOKEN" } } })
})

test("everything that is wrong with a registration is told at once", async () => {
  const { port } = await startAuth()
  const register = (body: unknown) => sendAs(port, null, "POST", "/api/auth/register", body)

  const all = await register({ email: "a@@e", password: "x", nmae: 1, role: "admin" })
  expect(all).toMatchObject({
    status: 400,
    body: {
      error: {
        code: "VALIDATION_ERROR",
        message: expect.stringMatching(/^The body has 4 problems; the first: /) as unknown,
        details: {
          fields: {
            email: [{ code: "INVALID_FORMAT" }],
            password: [{}],
            nmae: [{ code: "UNKNOWN_FIELD" }],
            role: [{ code: "MANAGED_FIELD" }],
          },
        },
      },
    },
  })
  const given = await register({ email: "ada@example.com", password: "correct horse", role: "admin", verified: true })
  expect(given.body.error).toMatchObject({ code: "MANAGED_FIELD", details: { fields: { role: [{}], verified: [{}] } } })
})

test("without a users collection a registration with more fields is told what would hold them", async () => {
  const { port } = await startAuth({
    schemaText: "collections:\n  notes:\n    fields:\n      title: { type: string }\n",
  })
  const body = { email: "ada@example.com", password: "correct horse", name: "Ada" }

  const refused = await sendAs(port, null, "POST", "/api/auth/register", body)

  expect(refused.body.error.details.fields).toMatchObject({ name: [{ code: "UNKNOWN_FIELD" }] })
  expect(JSON.stringify(refused.body.error)).toContain("add a collection users")
})

test("the times of a person are those of the document", async () => {
  const { port } = await startAuth()
  const body = { email: "ada@example.com", password: "correct horse", name: "Ada" }
  const { user, access_token: access } = (await sendAs(port, null, "POST", "/api/auth/register", body)).body
  const place = `/api/collections/users/${user.id}`

  await sendAs(port, access, "PATCH", place, { name: "Ada L." })

  const { created_at: createdAt, updated_at: updatedAt } = (await sendAs(port, access, "GET", place)).body
  expect(typeof updatedAt).toBe("string")
  const me = (await sendAs(port, access, "GET", "/api/auth/me")).body.user
  expect(me).toMatchObject({ name: "Ada L.", created_at: createdAt, updated_at: updatedAt })
})

test("too many registrations are told the limit and its option; in dev this machine may register a hundred times as often", async () => {
  const auth = { "auth.rate_limit.register": "1/hour" }
  const server = { trustedProxies: ["127.0.0.1"] }
  const { port: started } = await startAuth({ auth, server })
  const { port: dev } = await startAuth({ auth, server, mode: "dev" })
  await registerAt(started, "ada")

  expect((await registerAt(started, "bob")).body.error).toMatchObject({
    code: "RATE_LIMITED",
    message: "There were too many tries: 1 in 3600 s are allowed from one address.",
    next: expect.stringContaining("auth.rate_limit.register") as unknown,
  })
  for (const person of ["ada", "bob", "cy"]) expect((await registerAt(dev, person)).status).toBe(201)
  expect((await registerAt(dev, "dan", "203.0.113.7")).status).toBe(201)
  expect((await registerAt(dev, "eve", "203.0.113.7")).status).toBe(429)
})

test("a token without its word is told how to send it", async () => {
  const { port } = await startAuth()

  const { body } = await send(port, { path: "/api/auth/me", headers: { authorization: "abc" } })

  expect(body.error).toMatchObject({
    code: "INVALID_TOKEN",
    next: expect.stringContaining("Put Bearer and a space before") as unknown,
  })
})

/** Registers from an address that a trusted proxy tells, or from this machine. */
function registerAt(port: number, person: string, forwarded?: string): Promise<Answer> {
  return send(port, {
    method: "POST",
    path: "/api/auth/register",
    headers: {
      "content-type": "application/json",
      ...(forwarded === undefined ? {} : { "x-forwarded-for": forwarded }),
    },
    body: JSON.stringify({ email: `${person}@example.com`, password: "correct horse" }),
  })
}
