import { expect, test } from "vitest"

import { usesMax } from "../../../../src/daemon/auth/refresh.ts"
import { sqlQuery } from "../../../../src/daemon/storage/database.ts"
import { scaled } from "../../../helpers/scale.ts"
import type { RunningHttp } from "../http-fixture.ts"
import { registerAs, sendAs, signInAs, startAuth } from "../auth-http.ts"

const refreshPath = "/api/auth/refresh"

/** A server with a clock that a test moves. */
async function startWithClock(auth: Readonly<Record<string, string>> = {}) {
  const clock = { nowMs: Date.now(), now: () => clock.nowMs }
  return { ...(await startAuth({ clock, auth })), clock }
}

function refresh(port: number, token: string) {
  return sendAs(port, null, "POST", refreshPath, { refresh_token: token })
}

function tokenRows({ parts }: RunningHttp): readonly { readonly token_hash: string }[] {
  const query = sqlQuery<{ token_hash: string }>(`SELECT token_hash FROM "_alyx_refresh_tokens"`)
  return parts.auth.database.read((reader) => reader.all(query))
}

test("twenty refreshes at once with one token all succeed, each with a token of its own that works", async () => {
  const { port } = await startAuth()
  const ada = await registerAs(port, "ada")

  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(port, ada.refresh)))

  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
  const tokens = answers.map(({ body }) => body.refresh_token as string)
  expect(new Set(tokens).size).toBe(20)
  for (const token of tokens) expect((await refresh(port, token)).status).toBe(200)
})

test("a token that is used again within ten seconds still works; after that its whole session ends", async () => {
  const { port, clock } = await startWithClock()
  const ada = await registerAs(port, "ada")
  const elsewhere = await signInAs(port, ada)
  const next = (await refresh(port, ada.refresh)).body

  clock.nowMs += 10_000
  expect((await refresh(port, ada.refresh)).status).toBe(200)
  clock.nowMs += 1
  const reused = await refresh(port, ada.refresh)

  expect(reused).toMatchObject({ status: 401, body: { error: { code: "INVALID_TOKEN" } } })
  expect((await refresh(port, next.refresh_token)).status).toBe(401)
  for (const access of [ada.access, next.access_token]) {
    expect((await sendAs(port, access, "GET", "/api/auth/me")).status).toBe(401)
  }
  expect((await sendAs(port, elsewhere.access, "GET", "/api/auth/me")).status).toBe(200)
  expect((await refresh(port, elsewhere.refresh)).status).toBe(200)
})

test("a token that is used again and again within ten seconds ends its session", async () => {
  const { port } = await startAuth()
  const ada = await registerAs(port, "ada")
  const statuses: number[] = []

  for (let use = 0; use <= usesMax; use += 1) statuses.push((await refresh(port, ada.refresh)).status)

  expect(statuses.slice(0, usesMax).every((status) => status === 200)).toBe(true)
  expect(statuses.at(-1)).toBe(401)
  expect((await sendAs(port, ada.access, "GET", "/api/auth/me")).status).toBe(401)
})

test("no number of refreshes by a thief makes the owner's token unknown instead of used before", async () => {
  const running = await startWithClock()
  const { port, clock } = running
  const ada = await registerAs(port, "ada")
  let stolen = ada.refresh
  for (let turn = 0; turn < scaled(2_000, 1_002); turn += 1) {
    stolen = (await refresh(port, stolen)).body.refresh_token
  }
  clock.nowMs += 11_000

  const owner = await refresh(port, ada.refresh)

  expect(owner.body.error.message).toContain("used before")
  expect((await refresh(port, stolen)).status).toBe(401)
})

test("a thief who refreshes first is out as soon as the owner refreshes, and the other way round", async () => {
  for (const order of ["thief first", "owner first"]) {
    const { port, clock } = await startWithClock()
    const ada = await registerAs(port, "ada")
    const first = (await refresh(port, ada.refresh)).body
    clock.nowMs += 60_000

    const second = await refresh(port, ada.refresh)

    expect({ order, status: second.status }).toEqual({ order, status: 401 })
    expect((await refresh(port, first.refresh_token)).status).toBe(401)
  }
})

test("a session lives as long as it is refreshed, and ends when it is not", async () => {
  const { port, clock } = await startWithClock({ "auth.jwt.refresh_ttl": "1h", "auth.jwt.access_ttl": "10m" })
  let { refresh: token } = await registerAs(port, "ada")

  for (let turn = 0; turn < 5; turn += 1) {
    clock.nowMs += 50 * 60_000
    const answer = await refresh(port, token)
    expect(answer.status).toBe(200)
    token = answer.body.refresh_token
  }
  clock.nowMs += 60 * 60_000

  expect(await refresh(port, token)).toMatchObject({ status: 401, body: { error: { code: "INVALID_TOKEN" } } })
})

test("an access token ends with its time, also when it was seen before", async () => {
  const { port, clock } = await startWithClock({ "auth.jwt.access_ttl": "1m" })
  const ada = await registerAs(port, "ada")
  expect((await sendAs(port, ada.access, "GET", "/api/auth/me")).status).toBe(200)

  clock.nowMs += 60_000

  const late = await sendAs(port, ada.access, "GET", "/api/auth/me")
  expect(late).toMatchObject({
    status: 401,
    body: { error: { code: "INVALID_TOKEN", message: "The token has expired." } },
  })
})

test("what is no refresh token is refused, and none is kept as it is", async () => {
  const running = await startAuth()
  const { port } = running
  const ada = await registerAs(port, "ada")

  for (const token of ["", "x", ada.access, `${ada.refresh}x`, ada.refresh.toLowerCase()]) {
    expect((await refresh(port, token)).status).toBe(401)
  }
  const kept = tokenRows(running).map(({ token_hash: hash }) => hash)
  expect(kept).toHaveLength(1)
  expect(kept).not.toContain(ada.refresh)
  const stolen = await refresh(port, kept[0]!)
  expect(stolen.status).toBe(401)
})

test.each([
  [undefined, "INVALID_JSON"],
  [{}, "VALIDATION_ERROR"],
  [{ refresh_token: 7 }, "VALIDATION_ERROR"],
  [{ refresh_token: "x".repeat(5_000) }, "VALIDATION_ERROR"],
  [{ refresh_token: "x", more: 1 }, "VALIDATION_ERROR"],
  [["x"], "VALIDATION_ERROR"],
])("the body %j is a mistake", async (body, code) => {
  const { port } = await startAuth()

  const answer = await sendAs(port, null, "POST", refreshPath, body)

  expect(answer).toMatchObject({ status: 400, body: { error: { code } } })
})
