import { expect, test } from "vitest"

import { changeAccount } from "../../../../src/daemon/auth/change-account.ts"
import { writeAccounts } from "../../../../src/daemon/auth/auth.ts"
import { endAccount } from "../../../../src/daemon/auth/end-account.ts"
import { sessionCountMax } from "../../../../src/daemon/auth/begin-session.ts"
import { ownerCaller } from "../../../helpers/owner-caller.ts"
import { makeAdmin, registerAs, sendAs, signInAs, startAuth } from "../auth-http.ts"
import { send } from "../http-fixture.ts"

const isSomebody = async (port: number, access: string): Promise<boolean> =>
  (await sendAs(port, access, "GET", "/api/auth/me")).status === 200

test("sessions are listed with where they came from, and ended one by one or all others at once", async () => {
  const { port } = await startAuth()
  const first = await registerAs(port, "ada")
  const second = await signInAs(port, first)
  const third = await signInAs(port, first)
  const bob = await registerAs(port, "bob")

  const listed = await sendAs(port, third.access, "GET", "/api/auth/sessions")

  expect(listed.body.sessions).toHaveLength(3)
  expect(listed.body.sessions.filter(({ current }: { current: boolean }) => current)).toHaveLength(1)
  expect(listed.body.sessions[0]).toMatchObject({ address: "127.0.0.1", user_agent: null })
  expect(listed.text).not.toContain(first.refresh)
  const [own, other] = listed.body.sessions.map(({ id }: { id: string }) => id) as [string, string]

  const byBob = await sendAs(port, bob.access, "DELETE", `/api/auth/sessions/${other}`)
  expect(byBob).toMatchObject({ status: 404, body: { error: { code: "SESSION_NOT_FOUND" } } })
  expect((await sendAs(port, third.access, "DELETE", `/api/auth/sessions/${other}`)).status).toBe(204)
  expect(await Promise.all([first, second, third].map(({ access }) => isSomebody(port, access)))).toEqual([
    true,
    false,
    true,
  ])

  expect((await sendAs(port, third.access, "DELETE", "/api/auth/sessions")).status).toBe(204)
  expect(await Promise.all([first, second, third, bob].map(({ access }) => isSomebody(port, access)))).toEqual([
    false,
    false,
    true,
    true,
  ])
  expect((await sendAs(port, third.access, "DELETE", `/api/auth/sessions/${own}`)).status).toBe(204)
  expect(await isSomebody(port, third.access)).toBe(false)
})

test("a new password ends the other sessions, and the old one opens nothing any more", async () => {
  const { port } = await startAuth()
  const ada = await registerAs(port, "ada")
  const elsewhere = await signInAs(port, ada)
  const change = { current_password: ada.password, new_password: "something else entirely" }

  const wrong = await sendAs(port, ada.access, "PATCH", "/api/auth/password", { ...change, current_password: "guess" })
  expect(wrong).toMatchObject({ status: 401, body: { error: { code: "INVALID_CREDENTIALS" } } })
  const weak = await sendAs(port, ada.access, "PATCH", "/api/auth/password", { ...change, new_password: "short" })
  expect(weak).toMatchObject({
    status: 400,
    body: { error: { details: { fields: { new_password: [{ code: "TOO_SHORT" }] } } } },
  })
  expect(await isSomebody(port, elsewhere.access)).toBe(true)

  expect((await sendAs(port, ada.access, "PATCH", "/api/auth/password", change)).status).toBe(204)

  expect([await isSomebody(port, ada.access), await isSomebody(port, elsewhere.access)]).toEqual([true, false])
  expect((await sendAs(port, null, "POST", "/api/auth/refresh", { refresh_token: elsewhere.refresh })).status).toBe(401)
  const { email } = ada
  expect((await sendAs(port, null, "POST", "/api/auth/login", { email, password: ada.password })).status).toBe(401)
  expect(await signInAs(port, { email, password: change.new_password })).toMatchObject({ id: ada.id })
})

test("a change of role acts on the next request, and so does the end of an account", async () => {
  const running = await startAuth()
  const { port, parts } = running
  const ada = await registerAs(port, "ada")
  const bob = await registerAs(port, "bob")
  const bobs = `/api/collections/users/${bob.id}`
  expect((await sendAs(port, ada.access, "GET", bobs)).status).toBe(404)

  await makeAdmin(running, ada)
  expect((await sendAs(port, ada.access, "GET", bobs)).status).toBe(200)
  await writeAccounts(parts.auth, { requestId: "test" }, (transaction) =>
    changeAccount(transaction, parts.auth, { id: ada.id, changes: { role: "user" } }),
  )
  expect((await sendAs(port, ada.access, "GET", bobs)).status).toBe(404)
  expect((await sendAs(port, bob.access, "GET", bobs)).body.id).toBe(bob.id)

  await writeAccounts(parts.auth, { requestId: "test" }, (transaction) =>
    endAccount(transaction, parts.auth, { id: bob.id, caller: ownerCaller("test") }),
  )
  expect(await isSomebody(port, bob.access)).toBe(false)
  await makeAdmin(running, ada)
  expect((await sendAs(port, ada.access, "GET", bobs)).status).toBe(404)
})

test("a change that nobody told is seen within a second", async () => {
  const clock = { nowMs: Date.now(), now: () => clock.nowMs }
  const { port, parts } = await startAuth({ clock })
  const ada = await registerAs(port, "ada")
  expect(await isSomebody(port, ada.access)).toBe(true)

  // Without a nudge, as another process writes.
  await parts.auth.database.write((transaction) =>
    endAccount(transaction, parts.auth, { id: ada.id, caller: ownerCaller("test") }),
  )
  clock.nowMs += 1_000

  expect(await isSomebody(port, ada.access)).toBe(false)
})

test("signing in makes a session of its own, whatever token came along", async () => {
  const { port } = await startAuth()
  const eve = await registerAs(port, "eve")
  const ada = await registerAs(port, "ada")

  const answer = await sendAs(port, eve.access, "POST", "/api/auth/login", { email: ada.email, password: ada.password })

  expect(answer.body.user.id).toBe(ada.id)
  expect((await sendAs(port, eve.access, "GET", "/api/auth/me")).body.user.id).toBe(eve.id)
  const sessions = await sendAs(port, eve.access, "GET", "/api/auth/sessions")
  expect(sessions.body.sessions).toHaveLength(1)
})

test("an account has so many sessions at most: the one that was used longest ago makes room", async () => {
  const clock = { nowMs: Date.now(), now: () => clock.nowMs }
  const { port, parts } = await startAuth({ clock })
  const first = await registerAs(port, "ada")
  const request = { caller: { address: "203.0.113.7" }, userAgent: null } as never
  const { beginSession } = await import("../../../../src/daemon/auth/begin-session.ts")
  for (let count = 1; count < sessionCountMax; count += 1) {
    clock.nowMs += 1
    await parts.auth.database.write((transaction) =>
      beginSession(transaction, parts.auth, { accountId: first.id, request }),
    )
  }
  expect(await isSomebody(port, first.access)).toBe(true)
  clock.nowMs += 1_000

  const last = await signInAs(port, first)

  expect(await isSomebody(port, first.access)).toBe(false)
  const { body } = await sendAs(port, last.access, "GET", "/api/auth/sessions")
  expect(body.sessions).toHaveLength(sessionCountMax)
})

test("signing out takes either token, again and again, but not none", async () => {
  const { port } = await startAuth()
  const ada = await registerAs(port, "ada")

  const byRefresh = await sendAs(port, null, "POST", "/api/auth/logout", { refresh_token: ada.refresh })
  const again = await sendAs(port, null, "POST", "/api/auth/logout", { refresh_token: ada.refresh })
  const stale = await sendAs(port, ada.access, "POST", "/api/auth/logout", { refresh_token: ada.refresh })
  const nothing = await sendAs(port, null, "POST", "/api/auth/logout")

  expect([byRefresh.status, again.status, stale.status, nothing.status]).toEqual([204, 204, 204, 401])
  expect(await isSomebody(port, ada.access)).toBe(false)
})

test("what is about one's own account needs one", async () => {
  const { port } = await startAuth()
  const open = await startAuth({ server: { insecureOpen: true } })
  const asked: [string, string, unknown][] = [
    ["GET", "/api/auth/me", undefined],
    ["GET", "/api/auth/sessions", undefined],
    ["DELETE", "/api/auth/sessions", undefined],
    ["DELETE", "/api/auth/sessions/x", undefined],
    ["PATCH", "/api/auth/password", { current_password: "a", new_password: "long enough" }],
  ]

  for (const [method, path, body] of asked) {
    const byNobody = await sendAs(port, null, method, path, body)
    expect(byNobody).toMatchObject({ status: 401, body: { error: { code: "UNAUTHENTICATED" } } })
    const byAdmin = await sendAs(open.port, null, method, path, body)
    expect(byAdmin).toMatchObject({ status: 403, body: { error: { code: "FORBIDDEN" } } })
    const byToken = await sendAs(port, "a.b.c", method, path, body)
    expect(byToken).toMatchObject({ status: 401, body: { error: { code: "INVALID_TOKEN" } } })
  }
})

test("routes that do not care who asks answer whoever carries an old token, or none of ours", async () => {
  const { port } = await startAuth()
  const ada = await registerAs(port, "ada")
  const body = JSON.stringify({ email: ada.email, password: ada.password })
  const headers = { "content-type": "application/json" }

  for (const authorization of ["Bearer a.b.c", "Bearer alyx_unknown", "Basic YTpi", "Bearer"]) {
    for (const path of ["/", "/health", "/health/live"]) {
      expect((await send(port, { path, headers: { authorization } })).status).toBe(200)
    }
    const login = await send(port, {
      method: "POST",
      path: "/api/auth/login",
      body,
      headers: { ...headers, authorization },
    })
    expect(login.status).toBe(200)
    const list = await send(port, { path: "/api/collections/notes", headers: { authorization } })
    expect(list).toMatchObject({ status: 401, body: { error: { code: "INVALID_TOKEN" } } })
  }
})

test("the public key is shown where there is one", async () => {
  const withSecret = await startAuth()
  const withKeys = await startAuth({ auth: { "auth.jwt.algorithm": "eddsa" } })
  const path = "/.well-known/jwks.json"

  expect(await send(withSecret.port, { path })).toMatchObject({ status: 404, body: { error: { code: "NOT_FOUND" } } })
  const shown = await send(withKeys.port, { path })

  expect(shown).toMatchObject({
    status: 200,
    body: { keys: [{ kty: "OKP", crv: "Ed25519", alg: "EdDSA", use: "sig" }] },
  })
  expect(shown.body.keys[0]).not.toHaveProperty("d")
  const ada = await registerAs(withKeys.port, "ada")
  expect(await isSomebody(withKeys.port, ada.access)).toBe(true)
})
