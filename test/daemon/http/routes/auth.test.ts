import { expect, test } from "vitest"

import { sendAs, startAuth } from "../auth-http.ts"

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
