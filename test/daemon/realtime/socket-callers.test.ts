import { setTimeout } from "node:timers/promises"

import { expect, test } from "vitest"

import type { Identity } from "../../../src/daemon/caller.ts"
import { alyxError } from "../../../src/errors.ts"
import { ownerCaller } from "../../helpers/owner-caller.ts"
import { sendJson } from "../http/http-fixture.ts"
import { startLive } from "./live-fixture.ts"
import type { RunningLive } from "./live-fixture.ts"
import { openSocket } from "./socket-client.ts"

const notes = { type: "subscribe", payload: { collection: "notes" } } as const

/** People with tokens, which the test changes as accounts change. */
class People {
  readonly tokens = new Map<string, Identity>()

  add(token: string, id: string, role = "user"): void {
    const auth = { id, email: `${id}@example.test`, role, verified: true, metadata: {} }
    this.tokens.set(token, { auth, isAdmin: false, sessionId: `session of ${id}`, scope: null })
  }

  /** Held up, or failing, where the test says so. */
  readonly before = new Map<string, () => Promise<void>>()

  readonly identify = (token: string): Identity | Promise<Identity> => {
    const wait = this.before.get(token)
    return wait === undefined ? this.#find(token) : wait().then(() => this.#find(token))
  }

  #find(token: string): Identity {
    const found = this.tokens.get(token)
    if (found === undefined) throw alyxError("INVALID_TOKEN")
    return found
  }
}

/** A server with a note of ann and one of bob. */
async function withPeople(): Promise<RunningLive & { readonly people: People; readonly changeAccounts: () => void }> {
  const people = new People()
  people.add("ann-token", "ann")
  people.add("bob-token", "bob")
  const live = await startLive({
    server: { insecureOpen: false },
    identify: people.identify,
    limits: { recheckMs: 60_000, nudgeMs: 5 },
  })
  await live.write("one of ann", "two of bob")
  return { ...live, people, changeAccounts: () => live.signals.nudge("accounts") }
}

const word = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url")

const titles = (docs: readonly Readonly<Record<string, unknown>>[]): unknown[] => docs.map(({ title }) => title)

test("a token in the header, and one in a message, decide what is followed", async () => {
  const { port } = await withPeople()
  const ann = await openSocket(port, { headers: { authorization: "Bearer ann-token" } })
  const first = await ann.ask<"snapshot">(notes)
  expect(titles(first.payload.docs)).toEqual(["one of ann"])

  const wrong = await ann.ask<"error">({ type: "auth", payload: { token: "nobody's" } })
  expect(wrong).toMatchObject({ type: "error", payload: { code: "INVALID_TOKEN" } })
  expect(wrong.payload).not.toHaveProperty("subscription_id")

  const bob = await ann.ask<"authenticated">({ type: "auth", payload: { token: "bob-token" } })
  expect(bob).toMatchObject({ type: "authenticated", payload: { user: { id: "bob", role: "user" } } })
  const again = await ann.hear("snapshot", ({ payload }) => payload.reset === true)
  expect(again.payload.subscription_id).toBe(first.payload.subscription_id)
  expect(titles(again.payload.docs)).toEqual(["two of bob"])

  const out = await ann.ask<"authenticated">({ type: "auth", payload: { token: null } })
  expect(out.payload.user).toBeNull()
})

test("what the one before would have been told is not told after a change of caller", async () => {
  const { port, write, live } = await withPeople()
  const client = await openSocket(port, { headers: { authorization: "Bearer ann-token" } })
  await client.ask(notes)
  await client.ask({ type: "auth", payload: { token: "bob-token" } })
  await client.hear("snapshot", ({ payload }) => payload.reset === true)
  await write("three of ann")
  await write("four of bob")
  const delta = await client.hear("delta")
  expect(titles(delta.payload.changes.inserts)).toEqual(["four of bob"])
  expect(live.stats().subscriptions).toBe(1)
})

test("a new token of the same person changes nothing for what is followed", async () => {
  const { port, people, live } = await withPeople()
  const client = await openSocket(port, { headers: { authorization: "Bearer ann-token" } })
  await client.ask(notes)
  people.add("ann-token-2", "ann")
  const answer = await client.ask<"authenticated">({ type: "auth", payload: { token: "ann-token-2" } })
  expect(answer.payload.user).toEqual({ id: "ann", role: "user" })
  await client.ask({ type: "ping" })
  expect(live.callers).toHaveLength(1)
})

test("a changed role brings fresh snapshots after the nudge, long before callers are looked at anyway", async () => {
  const { port, people, changeAccounts, live } = await withPeople()
  const client = await openSocket(port, { headers: { authorization: "Bearer ann-token" } })
  await client.ask(notes)
  people.add("ann-token", "ann", "editor")
  const before = performance.now()
  changeAccounts()
  const told = await client.hear("authenticated")
  expect(told.payload.user).toEqual({ id: "ann", role: "editor" })
  await client.hear("snapshot", ({ payload }) => payload.reset === true)
  expect(performance.now() - before).toBeLessThan(20_000)
  expect(live.callers.at(-1)!.auth.role).toBe("editor")
})

test("an ended session ends what was followed with it; the socket goes on as nobody", async () => {
  const { port, people, changeAccounts, sockets } = await withPeople()
  const client = await openSocket(port, { headers: { authorization: "Bearer ann-token" } })
  const { payload } = await client.ask<"snapshot">(notes)
  people.tokens.delete("ann-token")
  changeAccounts()
  const ended = await client.hear("error")
  expect(ended.payload).toMatchObject({ code: "INVALID_TOKEN", subscription_id: payload.subscription_id })
  const told = await client.hear("authenticated")
  expect(told.payload.user).toBeNull()
  expect(sockets.stats().subscriptions).toBe(0)
  expect(await client.ask({ type: "ping" })).toMatchObject({ type: "pong" })
})

test("who loses a session while others are still looked at is looked at once more", async () => {
  const { port, people, changeAccounts } = await withPeople()
  const ann = await openSocket(port, { headers: { authorization: "Bearer ann-token" } })
  await ann.ask<"snapshot">(notes)
  await openSocket(port, { headers: { authorization: "Bearer bob-token" } })
  const release = await new Promise<() => void>((isHeld) => {
    people.before.set("bob-token", () => new Promise((resolve) => isHeld(resolve)))
    changeAccounts()
  })

  people.tokens.delete("ann-token")
  changeAccounts()
  await setTimeout(50)
  people.before.clear()
  release()

  expect(await ann.hear("authenticated")).toMatchObject({ payload: { user: null } })
})

test("a socket of which it cannot be told who it is goes on as nobody, and the others are looked at", async () => {
  const { port, people, changeAccounts } = await withPeople()
  const ann = await openSocket(port, { headers: { authorization: "Bearer ann-token" } })
  const bob = await openSocket(port, { headers: { authorization: "Bearer bob-token" } })

  people.before.set("ann-token", () => Promise.reject(new Error("broken")))
  people.tokens.delete("bob-token")
  changeAccounts()

  expect(await ann.hear("authenticated")).toMatchObject({ payload: { user: null } })
  expect(await bob.hear("authenticated")).toMatchObject({ payload: { user: null } })
})

test("a token that says when it ends is asked about then, without a nudge", async () => {
  const { port, people } = await withPeople()
  const endsAt = Date.now() / 1_000 + 0.5
  const token = `${word({ alg: "HS256" })}.${word({ exp: endsAt })}.c2ln`
  people.add(token, "ann")
  const client = await openSocket(port, { headers: { authorization: `Bearer ${token}` } })
  await client.ask(notes)
  people.tokens.delete(token)
  const ended = await client.hear("error")
  expect(ended.payload.code).toBe("INVALID_TOKEN")
  expect(Date.now() / 1_000).toBeGreaterThanOrEqual(endsAt)
  expect(Date.now() / 1_000).toBeLessThan(endsAt + 1)
})

test("a subscription that is still beginning when the caller changes is answered as the new one", async () => {
  const { port, live } = await withPeople()
  const client = await openSocket(port, { headers: { authorization: "Bearer ann-token" } })
  const held = live.hold()
  const answer = client.ask<"snapshot">(notes)
  await held.reached
  const changed = client.ask({ type: "auth", payload: { token: "bob-token" } })
  held.release()
  expect(titles((await answer).payload.docs)).toEqual(["one of ann"])
  await changed
  const again = await client.hear("snapshot", ({ payload }) => payload.reset === true)
  expect(titles(again.payload.docs)).toEqual(["two of bob"])
  expect(live.stats().subscriptions).toBe(1)
})

test("the owner acts as admin over the local socket, and as somebody else after saying who", async () => {
  const { live, socketPath, people } = await withPeople()
  people.add("eve-token", "eve")
  const owner = await openSocket(socketPath)
  await owner.ask(notes)
  expect(live.callers.at(-1)).toMatchObject({ owner: true, isAdmin: true, address: ownerCaller("x").address })
  await owner.ask({ type: "auth", payload: { token: "eve-token" } })
  await owner.hear("snapshot", ({ payload }) => payload.reset === true)
  expect(live.callers.at(-1)).toMatchObject({ owner: false, isAdmin: false, auth: { id: "eve" } })
})

test("real accounts: signing out ends what the socket of the session follows", async () => {
  const { port } = await startLive({ server: { insecureOpen: false }, limits: { recheckMs: 60_000 } })
  const made = await sendJson(port, "POST", "/api/auth/register", {
    email: "ann@example.test",
    password: "a long enough password",
  })
  expect(made.status).toBe(201)
  const { access_token, refresh_token } = made.body
  const client = await openSocket(port)
  const told = await client.ask<"authenticated">({ type: "auth", payload: { token: access_token } })
  expect(told.payload.user).toMatchObject({ role: "user" })
  await client.ask(notes)
  const out = await sendJson(port, "POST", "/api/auth/logout", { refresh_token })
  expect(out.status).toBeLessThan(300)
  const ended = await client.hear("error")
  expect(ended.payload.code).toBe("INVALID_TOKEN")
})
