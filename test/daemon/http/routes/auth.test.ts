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
