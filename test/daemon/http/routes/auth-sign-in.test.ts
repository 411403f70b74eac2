import { hash } from "@node-rs/argon2"
import { expect, test } from "vitest"

import { accountFactor } from "../../../../src/daemon/auth/auth-limits.ts"
import { sqlQuery } from "../../../../src/daemon/storage/database.ts"
import type { Answer, RunningHttp } from "../http-fixture.ts"
import { send } from "../http-fixture.ts"
import { registerAs, sendAs, startAuth, usersSchema } from "../auth-http.ts"

/** What of an answer could tell one account from another. */
function told({ status, headers, body }: Answer): unknown {
  const { date: _date, "x-request-id": _id, ...rest } = headers
  const { request_id: _request, timestamp: _time, ...said } = body as Record<string, unknown>
  return { status, headers: rest, said }
}

/** Runs a request, and says how many passwords were hashed for it. */
async function counted(running: RunningHttp, ask: () => Promise<Answer>): Promise<{ answer: Answer; runs: number }> {
  const before = running.parts.auth.passwords.runCount
  const answer = await ask()
  return { answer, runs: running.parts.auth.passwords.runCount - before }
}

/** Opens the newest link of a registration, where accounts are hidden. */
async function prove({ port, sent }: RunningHttp): Promise<void> {
  const token = sent.registrationAsked.at(-1)?.secret
  expect((await sendAs(port, null, "POST", "/api/auth/verify", { token })).status).toBe(200)
}

function signIn(port: number, email: unknown, password: unknown): Promise<Answer> {
  return sendAs(port, null, "POST", "/api/auth/login", { email, password })
}

test("an unknown address, one without a password and a wrong password are told by nothing, and cost the same", async () => {
  const running = await startAuth()
  const { port } = running
  const ada = await registerAs(port, "ada")
  const eve = await registerAs(port, "eve")
  await running.parts.auth.database.write((transaction) =>
    transaction.run(sqlQuery(`UPDATE "_alyx_users" SET password_hash = NULL WHERE id = ?`, [eve.id])),
  )

  const tries = []
  for (const [email, password] of [
    [ada.email, "a wrong password"],
    ["nobody@example.com", "a wrong password"],
    [eve.email, eve.password],
    ["no address", "a wrong password"],
    [ada.email, ""],
    ["nobody@example.com", ""],
  ] as const) {
    tries.push(await counted(running, () => signIn(port, email, password)))
  }

  for (const { answer, runs } of tries) {
    expect(told(answer)).toEqual(told(tries[0]!.answer))
    expect(runs).toBe(1)
  }
  expect(tries[0]!.answer).toMatchObject({ status: 401, body: { error: { code: "INVALID_CREDENTIALS" } } })
})

test("a password that is longer than any is refused without computing anything, known address or not", async () => {
  const running = await startAuth()
  const ada = await registerAs(running.port, "ada")

  for (const email of [ada.email, "nobody@example.com"]) {
    const { answer, runs } = await counted(running, () => signIn(running.port, email, "x".repeat(1_025)))
    expect({ status: answer.status, code: answer.body.error.code, runs }).toEqual({
      status: 401,
      code: "INVALID_CREDENTIALS",
      runs: 0,
    })
  }
})

test("any spelling of an address signs in, and registers nothing twice", async () => {
  const { port } = await startAuth()
  const ada = await registerAs(port, "ada")

  for (const email of ["ADA@example.com", " ada@EXAMPLE.com "]) {
    expect(await signIn(port, email, ada.password)).toMatchObject({ status: 200, body: { user: { id: ada.id } } })
    const again = await sendAs(port, null, "POST", "/api/auth/register", { email, password: "long enough" })
    expect(again).toMatchObject({ status: 409, body: { error: { code: "EMAIL_TAKEN" } } })
  }
})

test("forty registrations of one address at once make one account", async () => {
  const running = await startAuth()
  const body = { email: "ada@example.com", password: "long enough" }

  const answers = await Promise.all(
    Array.from({ length: 40 }, () => sendAs(running.port, null, "POST", "/api/auth/register", body)),
  )

  const statuses = Object.groupBy(answers, ({ status }) => status)
  expect(statuses[201]).toHaveLength(1)
  expect(statuses[409]).toHaveLength(39)
})

test("with hidden accounts a registration answers the same, and hashes as much, whether the address is known or not", async () => {
  const running = await startAuth({ auth: { "auth.hide_accounts": "true" } })
  const { port, sent } = running
  const register = (email: string) => () =>
    sendAs(port, null, "POST", "/api/auth/register", { email, password: "long enough" })

  const unknown = await counted(running, register("ada@example.com"))
  await prove(running)
  const known = await counted(running, register("Ada@example.com"))

  expect(told(known.answer)).toEqual(told(unknown.answer))
  expect(unknown.answer).toMatchObject({ status: 202, body: { message: expect.any(String) } })
  expect([unknown.runs, known.runs]).toEqual([1, 1])
  expect(sent.registrationAsked.map(({ email }) => email)).toEqual(["ada@example.com"])
  expect(sent.addressKnown.map(({ email }) => email)).toEqual(["ada@example.com"])
})

test("with hidden accounts a password opens nothing until the address is proven: else signing in would tell", async () => {
  const running = await startAuth({ auth: { "auth.hide_accounts": "true" } })
  const { port } = running
  const [email, password] = ["ada@example.com", "long enough"]
  await sendAs(port, null, "POST", "/api/auth/register", { email, password })

  const before = await counted(running, () => signIn(port, email, password))
  const unknown = await counted(running, () => signIn(port, "nobody@example.com", password))
  expect(told(before.answer)).toEqual(told(unknown.answer))
  expect([before.runs, unknown.runs]).toEqual([1, 1])

  await prove(running)
  expect((await signIn(port, email, password)).body.user).toMatchObject({ email, verified: true })
})

test("a password that was hashed at another cost is hashed anew when it was right", async () => {
  const running = await startAuth()
  const ada = await registerAs(running.port, "ada")
  const old = await hash(ada.password, { memoryCost: 4_096, timeCost: 1, parallelism: 1 })
  const { database } = running.parts.auth
  await database.write((transaction) => transaction.run(sqlQuery(`UPDATE "_alyx_users" SET password_hash = ?`, [old])))
  const kept = () =>
    database.read((reader) => reader.get(sqlQuery<{ h: string }>(`SELECT password_hash AS h FROM "_alyx_users"`)))?.h

  expect((await signIn(running.port, ada.email, "wrong")).status).toBe(401)
  expect(kept()).toBe(old)
  expect((await signIn(running.port, ada.email, ada.password)).status).toBe(200)

  expect(kept()).toContain("m=19456,t=2,p=1")
  expect((await signIn(running.port, ada.email, ada.password)).status).toBe(200)
})

test("failed tries on an account are counted wherever they come from, known or not; those of its owner are not", async () => {
  const clock = { nowMs: Date.now(), now: () => clock.nowMs }
  const running = await startAuth({
    clock,
    auth: { "auth.rate_limit.login": "1/minute" },
    server: { trustedProxies: ["127.0.0.1"] },
  })
  const { port } = running
  const ada = await registerAs(port, "ada")
  let client = 0
  const from = (email: string, password: string) =>
    send(port, {
      method: "POST",
      path: "/api/auth/login",
      headers: { "content-type": "application/json", "x-forwarded-for": `203.0.113.${(client += 1)}` },
      body: JSON.stringify({ email, password }),
    })

  for (let turn = 0; turn < 5; turn += 1) expect((await from(ada.email, ada.password)).status).toBe(200)
  for (const email of ["ada@example.com", "nobody@example.com"]) {
    for (let turn = 0; turn < accountFactor; turn += 1) expect((await from(email, "wrong")).status).toBe(401)
    const limited = await counted(running, () => from(email.toUpperCase(), "wrong"))
    expect(limited.answer).toMatchObject({
      status: 429,
      headers: { "retry-after": "60" },
      body: { error: { code: "RATE_LIMITED" } },
    })
    expect(limited.runs).toBe(0)
  }
  expect((await from(ada.email, ada.password)).status).toBe(429)
  clock.nowMs += 60_000
  expect((await from(ada.email, ada.password)).status).toBe(200)
})

test("neither wrong passwords from one address nor changes with a stolen token keep the owner from signing in", async () => {
  const { port } = await startAuth({
    auth: { "auth.rate_limit.login": "2/minute" },
    server: { trustedProxies: ["127.0.0.1"] },
  })
  const ada = await registerAs(port, "ada")
  const from = (address: string, method: string, path: string, body: unknown) =>
    send(port, {
      method,
      path,
      headers: {
        "content-type": "application/json",
        "x-forwarded-for": address,
        authorization: `Bearer ${ada.access}`,
      },
      body: JSON.stringify(body),
    })
  const wrong = { current_password: "wrong", new_password: "long enough" }
  const statuses: number[] = []
  for (let turn = 0; turn < 3; turn += 1) {
    const { status } = await from("203.0.113.1", "POST", "/api/auth/login", { email: ada.email, password: "wrong" })
    statuses.push(status)
  }
  for (let turn = 0; turn < 2 * accountFactor + 1; turn += 1) {
    statuses.push((await from(`203.0.114.${turn}`, "PATCH", "/api/auth/password", wrong)).status)
  }

  const { email, password } = ada
  const owner = await from("203.0.113.2", "POST", "/api/auth/login", { email, password })

  expect([statuses[2], statuses.at(-1), owner.status]).toEqual([429, 429, 200])
})

test("tries of one address are counted whatever they are tried on, and another address may go on", async () => {
  const { port } = await startAuth({
    auth: { "auth.rate_limit.login": "3/minute", "auth.rate_limit.register": "2/minute" },
    server: { trustedProxies: ["127.0.0.1"] },
  })
  const from = (address: string, path: string, name: string) =>
    send(port, {
      method: "POST",
      path,
      headers: { "content-type": "application/json", "x-forwarded-for": address },
      body: JSON.stringify({ email: `${name}@example.com`, password: "long enough" }),
    })

  const statuses = []
  for (const name of ["a", "b", "c"]) statuses.push((await from("203.0.113.1", "/api/auth/register", name)).status)
  for (const name of ["a", "b", "x", "y"]) statuses.push((await from("2001:db8::1", "/api/auth/login", name)).status)

  expect(statuses).toEqual([201, 201, 429, 200, 200, 401, 429])
  expect((await from("203.0.113.2", "/api/auth/register", "c")).status).toBe(201)
  expect((await from("2001:db8::ffff:1", "/api/auth/login", "z")).status).toBe(429)
  expect((await from("2001:db8:0:1::1", "/api/auth/login", "z")).status).toBe(401)
})

test("no password and no token is in the log, or in what is kept of requests in dev", async () => {
  const running = await startAuth({ mode: "dev", server: { slowRequestMs: 0 } })
  const { port, logLines, app } = running
  const password = "hush-password-1"
  const register = { email: "ada@example.com", password }
  const registered = await sendAs(port, null, "POST", "/api/auth/register", register)
  const { access_token: access, refresh_token: refresh } = registered.body
  const refreshed = await sendAs(port, null, "POST", "/api/auth/refresh", { refresh_token: refresh })
  const change = { current_password: password, new_password: "hush-password-2" }
  const answers = [
    registered,
    refreshed,
    await sendAs(port, access, "GET", "/api/auth/me"),
    await sendAs(port, null, "POST", "/api/auth/login", { ...register, password: "hush-password-3" }),
    await sendAs(port, access, "PATCH", "/api/auth/password", change),
    await sendAs(port, null, "POST", "/api/auth/logout", { refresh_token: refreshed.body.refresh_token }),
    await sendAs(port, null, "POST", "/api/auth/login", { email: "ada", password: "hush-password-4", more: "x" }),
  ]
  const socket = `${running.databaseFile}.sock`
  await app.listenLocal(socket)

  for (const answer of answers) {
    const id = String(answer.headers["x-request-id"])
    const kept = await send(socket, { path: `/api/admin/requests/${id}` })
    expect(kept.status).toBe(200)
    for (const secret of [
      "hush-password",
      access,
      refresh,
      refreshed.body.refresh_token,
      refreshed.body.access_token,
    ]) {
      expect(kept.text).not.toContain(secret)
    }
  }
  const lines = JSON.stringify(logLines)
  expect(lines).toContain("/api/auth/login")
  for (const secret of ["hush-password", access, refresh]) expect(lines).not.toContain(secret)
})

test("with hidden accounts nothing else that is wrong with a registration tells whether the address is known", async () => {
  const schemaText = usersSchema
    .replace(
      "name: {",
      "nick: { type: string, unique: true, nullable: true }\n      note_id: { type: uuid, references: notes.id, nullable: true, onDelete: set null }\n      name: {",
    )
    .replace("create: true", "create: \"doc.name != 'nobody'\"")
  const running = await startAuth({ schemaText, auth: { "auth.hide_accounts": "true" } })
  const { port } = running
  const register = (email: string, more: Record<string, unknown>) =>
    sendAs(port, null, "POST", "/api/auth/register", { email, password: "long enough", ...more })
  expect((await register("ada@example.com", { nick: "ada", name: "Ada" })).status).toBe(202)
  await prove(running)
  const mistakes: [Record<string, unknown>, number][] = [
    [{ nick: "ada", name: "Eve" }, 409],
    [{ name: "nobody" }, 401],
    [{ nmae: "Eve" }, 400],
    [{ name: "Eve", note_id: "0198c0de-0000-7000-8000-000000000000" }, 409],
    [{ name: "Eve" }, 202],
  ]

  for (const [more, status] of mistakes) {
    const known = await counted(running, () => register("ada@example.com", more))
    const unknown = await counted(running, () => register("eve@example.com", more))
    expect(told(known.answer)).toEqual(told(unknown.answer))
    expect({ more, status: known.answer.status }).toEqual({ more, status })
    expect(known.runs).toBe(unknown.runs)
  }
})

test("with hidden accounts a registration takes nothing that the next one could ask for, until its link is opened", async () => {
  const schemaText = usersSchema.replace(
    "name: {",
    "nick: { type: string, unique: true, nullable: true }\n      name: {",
  )
  const running = await startAuth({ schemaText, auth: { "auth.hide_accounts": "true" } })
  const { port, parts, sent } = running
  const register = async (name: string, nick: string) =>
    (
      await sendAs(port, null, "POST", "/api/auth/register", {
        email: `${name}@example.com`,
        password: "long enough",
        nick,
      })
    ).status
  const count = () =>
    parts.auth.database.read((reader) => reader.get(sqlQuery<{ n: number }>(`SELECT count(*) AS n FROM "users"`)))?.n
  await register("victim", "v")
  await prove(running)

  const probes = [
    [await register("victim", "x"), await register("probe1", "x")],
    [await register("nobody", "y"), await register("probe2", "y")],
  ]

  expect(probes[0]).toEqual(probes[1])
  expect(count()).toBe(1)
  const [, , , last] = sent.registrationAsked
  await prove(running)
  expect(count()).toBe(2)
  const late = sent.registrationAsked.find(({ email }) => email === "nobody@example.com")!
  const taken = await sendAs(port, null, "POST", "/api/auth/verify", { token: late.secret })
  expect(last?.email).toBe("probe2@example.com")
  expect(taken).toMatchObject({ status: 409, body: { error: { code: "UNIQUE_CONFLICT" } } })
  const notMe = sent.registrationAsked.find(({ email }) => email === "probe1@example.com")!
  const dropped = await sendAs(port, null, "POST", "/api/auth/verify", { token: notMe.secret, not_me: true })
  const again = await sendAs(port, null, "POST", "/api/auth/verify", { token: notMe.secret })
  expect([dropped.status, again.status, count()]).toEqual([200, 400, 2])
})
