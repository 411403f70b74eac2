import { expect, it } from "vitest"

import { CookieBrowser } from "../../../helpers/cookie-browser.ts"
import { linkIn, startMailServer } from "../../../helpers/mail-server.ts"
import { issuerClient, startOidcIssuer } from "../../../helpers/oidc-issuer.ts"
import type { ChangeTokens, IssuerPerson } from "../../../helpers/oidc-issuer.ts"
import { goodPassword, startAccountsDaemon } from "../accounts-daemon.ts"
import type { WrittenConfig } from "../accounts-daemon.ts"

const app = "https://app.example/signed-in"

const ada: IssuerPerson = { sub: "ada-at-acme", email: "ada@example.com", email_verified: true, name: "Ada" }

async function startWithIssuer({ auth, ...config }: WrittenConfig = {}, schema?: string) {
  const issuer = await startOidcIssuer()
  const { client_id, client_secret } = issuerClient
  const oauth = { acme: { client_id, client_secret, issuer: issuer.url } }
  const daemon = await startAccountsDaemon({
    config: { ...config, auth: { redirects: [app], oauth, ...auth } },
    ...(schema === undefined ? {} : { schema }),
  })
  issuer.serve(`${daemon.url}/api/auth/oauth/acme/callback`)
  const begin = `${daemon.url}/api/auth/oauth/acme?redirect=${encodeURIComponent(app)}`
  return {
    issuer,
    daemon,
    begin,
    /** Signs somebody in with a browser of their own; where it came back to. */
    signIn: async (person: IssuerPerson | null, browser = new CookieBrowser()) => {
      issuer.meet(person)
      return (await browser.open(begin, app)).url.searchParams
    },
    exchange: (code: string | null) => daemon.send("POST", "/api/auth/oauth/exchange", { code }),
  }
}

it("makes an account for who comes for the first time, and knows them the next time", async () => {
  const { daemon, issuer, signIn, exchange } = await startWithIssuer()

  const first = await exchange((await signIn(ada)).get("code"))
  const second = await exchange((await signIn({ ...ada, email: "other@example.com" })).get("code"))
  const me = await daemon.sendAs(second.body.access_token, "GET", "/api/auth/me")

  expect(first).toMatchObject({
    status: 200,
    body: { token_type: "Bearer", user: { email: "ada@example.com", verified: true, role: "user", name: "Ada" } },
  })
  expect(second.body.user.id).toBe(first.body.user.id)
  expect(me.body.user).toMatchObject({ id: first.body.user.id, email: "ada@example.com" })
  expect(issuer.discoveries()).toBe(1)
})

it("never puts a token into an address, and hands out its code once", async () => {
  const { daemon, signIn, exchange } = await startWithIssuer()
  const browser = new CookieBrowser()

  const returned = await signIn(ada, browser)
  const first = await exchange(returned.get("code"))
  const again = await exchange(returned.get("code"))
  const madeUp = await exchange("A".repeat(43))

  const { access_token: access, refresh_token: refresh } = first.body
  expect([...returned.keys()]).toEqual(["code"])
  expect(browser.visited.join(" ")).not.toMatch(/access_token|refresh_token|id_token/)
  expect(daemon.log()).not.toContain(refresh)
  expect(daemon.log()).not.toContain(access)
  expect([again.status, madeUp.status]).toEqual([400, 400])
  expect(again.body.error.code).toBe("INVALID_CODE")
  expect([...browser.cookies(daemon.url).keys()]).toEqual([])
})

it("asks with PKCE, state and nonce, and keeps the secret where scripts do not see it", async () => {
  const { daemon, begin } = await startWithIssuer()

  const response = await fetch(begin, { redirect: "manual" })
  const asked = new URL(response.headers.get("location")!).searchParams
  const again = new URL((await fetch(begin, { redirect: "manual" })).headers.get("location")!).searchParams

  expect(response.status).toBe(302)
  expect(response.headers.get("set-cookie")).toMatch(
    /^alyx-oauth-[\w-]{16}=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/,
  )
  expect(Object.fromEntries(asked)).toMatchObject({
    response_type: "code",
    code_challenge_method: "S256",
    scope: "openid email profile",
    redirect_uri: `${daemon.url}/api/auth/oauth/acme/callback`,
  })
  for (const name of ["state", "nonce", "code_challenge"]) {
    expect(asked.get(name)).toMatch(/^[\w-]{43}$/)
    expect(again.get(name)).not.toBe(asked.get(name))
  }
})

it("refuses an answer in a browser that did not begin the sign-in", async () => {
  const { daemon, issuer, begin } = await startWithIssuer()
  issuer.meet({ sub: "mallory", email: "mallory@example.com", email_verified: true })
  const attacker = new CookieBrowser()
  const victim = new CookieBrowser()
  const callback = `${daemon.url}/api/auth/oauth/acme/callback`

  const stopped = await attacker.open(begin, callback)
  const inVictim = await victim.open(stopped.url.href, app)
  await victim.open(begin, callback)
  const withOwnCookie = await victim.open(stopped.url.href, app)
  const inAttacker = await attacker.open(stopped.url.href, app)

  expect(inVictim).toMatchObject({ status: 400 })
  expect(JSON.parse(inVictim.text)).toMatchObject({ error: { code: "OAUTH_FAILED" } })
  expect(withOwnCookie.status).toBe(400)
  expect(inAttacker.url.searchParams.has("code")).toBe(true)
})

it("refuses an answer a second time, an unknown state, another provider's state, and none", async () => {
  const { daemon, issuer, begin } = await startWithIssuer()
  issuer.meet(ada)
  const browser = new CookieBrowser()
  const callback = `${daemon.url}/api/auth/oauth/acme/callback`
  const { url } = await browser.open(begin, callback)
  const cookies = [...browser.cookies(daemon.url)].map((pair) => pair.join("=")).join("; ")
  const open = async (address: string) => {
    const response = await fetch(address, { headers: { cookie: cookies }, redirect: "manual" })
    return [response.status, response.headers.get("location")?.startsWith(`${app}?code=`) ?? null]
  }
  const other = new URL(url)
  other.searchParams.set("state", "B".repeat(43))

  const outcomes = [
    await open(other.href),
    await open(`${callback}?code=x`),
    [(await daemon.send("POST", "/api/auth/oauth/acme/callback", ["not a form"])).status, null],
    await open(url.href.replace("/acme/", "/github/")),
    await open(url.href),
    await open(url.href),
  ]

  expect(outcomes).toEqual([
    [400, null],
    [400, null],
    [400, null],
    [404, null],
    [302, true],
    [400, null],
  ])
})

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url")

function claimsOf(token: unknown): Record<string, unknown> {
  return JSON.parse(Buffer.from(String(token).split(".")[1]!, "base64url").toString()) as Record<string, unknown>
}

function changed(changes: object): ChangeTokens {
  return (tokens) => {
    const [head, , signature] = String(tokens["id_token"]).split(".")
    return { ...tokens, id_token: `${head}.${encoded({ ...claimsOf(tokens["id_token"]), ...changes })}.${signature}` }
  }
}

const unsigned: ChangeTokens = (tokens) => ({
  ...tokens,
  id_token: `${encoded({ alg: "none" })}.${encoded(claimsOf(tokens["id_token"]))}.`,
})

const missing: ChangeTokens = ({ id_token: _token, ...tokens }) => tokens

it("believes no ID token that the issuer did not sign as it is", async () => {
  const { daemon, issuer, signIn } = await startWithIssuer()
  const errors: (string | null)[] = []

  for (const spoil of [
    changed({ email: "root@example.com", email_verified: true }),
    changed({ exp: 1 }),
    unsigned,
    missing,
  ]) {
    issuer.spoil(spoil)
    errors.push((await signIn(ada)).get("error"))
  }
  issuer.spoil((tokens) => tokens)
  const whole = await signIn(ada)

  expect(errors).toEqual(Array.from({ length: 4 }, () => "provider_failed"))
  expect(whole.has("code")).toBe(true)
  expect(daemon.log()).toContain("A sign-in through a provider failed.")
})

it("believes no answer for another nonce, and gets none for another PKCE challenge", async () => {
  const { issuer, begin } = await startWithIssuer()
  issuer.meet(ada)
  const errors: (string | null)[] = []

  for (const name of ["nonce", "code_challenge", "none of them"]) {
    const browser = new CookieBrowser()
    const started = await browser.fetch(new URL(begin))
    const asked = new URL(started.headers.get("location")!)
    if (asked.searchParams.has(name)) asked.searchParams.set(name, "C".repeat(43))
    errors.push((await browser.open(asked.href, app)).url.searchParams.get("error"))
  }

  expect(errors).toEqual(["provider_failed", "provider_failed", null])
})

it("says that the person said no, which providers there are, and that there is no other", async () => {
  const { daemon, begin, signIn } = await startWithIssuer()

  const said = await signIn(null)
  const unknown = await daemon.send("GET", `/api/auth/oauth/nobody?redirect=${encodeURIComponent(app)}`)
  const providers = await daemon.send("GET", "/api/auth/providers")

  expect([...said]).toEqual([["error", "access_denied"]])
  expect(unknown).toMatchObject({ status: 404, body: { error: { code: "PROVIDER_NOT_FOUND" } } })
  expect(providers.body).toEqual({ providers: [{ name: "acme", url: begin.split("?")[0] }] })
})

it("says that an issuer cannot be reached, asks it three times, and again with the next sign-in", async () => {
  const issuer = await startOidcIssuer()
  const acme = { ...issuerClient, issuer: issuer.url }
  const daemon = await startAccountsDaemon({ config: { auth: { redirects: [app], oauth: { acme } } } })
  const begin = `/api/auth/oauth/acme?redirect=${encodeURIComponent(app)}`

  const failed = await Promise.all([daemon.send("GET", begin), daemon.send("GET", begin)])
  const asked = issuer.discoveries()
  issuer.serve(`${daemon.url}/api/auth/oauth/acme/callback`)
  const { status } = await fetch(daemon.url + begin, { redirect: "manual" })

  expect(failed.map(({ status: code, body }) => `${code} ${body.error.code}`)).toEqual([
    "400 OAUTH_FAILED",
    "400 OAUTH_FAILED",
  ])
  expect(asked).toBe(3)
  expect(daemon.log()).toContain("A provider cannot be reached.")
  expect(status).toBe(302)
})

it("does not let who registered an address first into the account of its owner", async () => {
  const { daemon, signIn, exchange } = await startWithIssuer()
  await daemon.register("ada@example.com", "the attacker knows this")

  const returned = await signIn(ada)
  const code = returned.get("code")
  const exchanged = await exchange(code)
  const linked = await daemon.send("POST", "/api/auth/oauth/link", { code, password: "not the password" })

  expect(returned.get("error")).toBe("link_needs_password")
  expect(exchanged).toMatchObject({ status: 409, body: { error: { code: "LINK_NEEDS_PASSWORD" } } })
  expect(linked).toMatchObject({ status: 401, body: { error: { code: "INVALID_CREDENTIALS" } } })
})

it("does not let a provider that proves no addresses into an account", async () => {
  const { signIn, exchange } = await startWithIssuer()
  const owner = await exchange((await signIn(ada)).get("code"))
  const mallory = { sub: "mallory", email: "ADA@example.com", email_verified: false }

  const returned = await signIn(mallory)
  const exchanged = await exchange(returned.get("code"))

  expect(owner.body.user.verified).toBe(true)
  expect(returned.get("error")).toBe("link_needs_password")
  expect(exchanged).toMatchObject({ status: 409, body: { error: { code: "LINK_NEEDS_PASSWORD" } } })
})

it("links an account once its password was proven, and signs in by the provider from then on", async () => {
  const { daemon, signIn, exchange } = await startWithIssuer()
  const { user } = await daemon.register("ada@example.com")
  const returned = await signIn(ada)
  const link = (password: string) =>
    daemon.send("POST", "/api/auth/oauth/link", { code: returned.get("code"), password })

  const wrong = await link("wrong password")
  const right = await link(goodPassword)
  const again = await link(goodPassword)
  const next = await exchange((await signIn(ada)).get("code"))

  expect([wrong.status, right.status, again.status]).toEqual([401, 200, 400])
  expect(right.body.user).toMatchObject({ id: user.id, verified: true })
  expect(next.body.user.id).toBe(user.id)
})

it("links without a question where both sides have proven the address, and a reset ends what was there before", async () => {
  const mails = await startMailServer()
  const { daemon, signIn, exchange } = await startWithIssuer({ mail: { smtp: mails.url, from: "a <a@app.example>" } })
  const stranger = await daemon.register("ada@example.com", "chosen by a stranger")
  const [mail] = await mails.until(1)
  await daemon.send("POST", "/api/auth/verify", { token: linkIn(mail!).searchParams.get("token") })

  const joined = await exchange((await signIn(ada)).get("code"))
  await daemon.send("POST", "/api/auth/reset", { email: "ada@example.com" })
  const [, reset] = await mails.until(2)
  const token = linkIn(reset!).searchParams.get("token")
  await daemon.send("POST", "/api/auth/reset/confirm", { token, password: goodPassword })

  expect(joined).toMatchObject({ status: 200, body: { user: { id: stranger.user.id } } })
  expect((await daemon.sendAs(stranger.access_token, "GET", "/api/auth/me")).status).toBe(401)
  expect((await daemon.logIn("ada@example.com", "chosen by a stranger")).status).toBe(401)
  expect((await exchange((await signIn(ada)).get("code"))).body.user.id).toBe(stranger.user.id)
})

it("takes providers that proved nothing away when the owner of the address sets a password, and keeps the others", async () => {
  const mails = await startMailServer()
  const { daemon, signIn } = await startWithIssuer({ mail: { smtp: mails.url, from: "a <a@app.example>" } })
  await daemon.register("ada@example.com")
  const [mail] = await mails.until(1)
  await daemon.send("POST", "/api/auth/verify", { token: linkIn(mail!).searchParams.get("token") })
  const unproven = { sub: "somebody", email: "ada@example.com", email_verified: false }
  expect((await signIn(ada)).get("error")).toBeNull()
  const code = (await signIn(unproven)).get("code")
  expect((await daemon.send("POST", "/api/auth/oauth/link", { code, password: goodPassword })).status).toBe(200)

  await daemon.send("POST", "/api/auth/reset", { email: "ada@example.com" })
  const [, reset] = await mails.until(2)
  const token = linkIn(reset!).searchParams.get("token")
  await daemon.send("POST", "/api/auth/reset/confirm", { token, password: "another good one" })

  expect((await signIn(ada)).get("error")).toBeNull()
  expect((await signIn(unproven)).get("error")).toBe("link_needs_password")
})

it("takes providers away when an admin sets the password of an account whose address is not proven", async () => {
  const { daemon, signIn, exchange } = await startWithIssuer()
  await exchange((await signIn(ada)).get("code"))
  const change = (members: unknown) => daemon.client.patch("/api/admin/users/ada@example.com", members)

  await change({ password: goodPassword })
  const proven = await signIn(ada)
  await change({ verified: false, password: goodPassword })
  const unproven = await signIn(ada)

  expect(proven.get("error")).toBeNull()
  expect(unproven.get("error")).toBeNull()
  await change({ password: goodPassword })
  expect((await signIn(ada)).get("error")).toBe("link_needs_password")
})

it("links without a question where both sides have proven the address and there is no password", async () => {
  const { signIn, exchange } = await startWithIssuer()
  const first = await exchange((await signIn(ada)).get("code"))

  const second = await exchange((await signIn({ ...ada, sub: "ada-once-more" })).get("code"))

  expect(second.body.user.id).toBe(first.body.user.id)
})

it("neither makes nor links an account where nobody has proven the address", async () => {
  const mallory = { sub: "mallory", email: "bob@example.com", email_verified: false }
  const { daemon, signIn } = await startWithIssuer()

  const first = await signIn(mallory)
  const bob = await daemon.register("bob@example.com")
  const second = await signIn(mallory)
  const without = await signIn({ sub: "nobody" })

  expect([...first]).toEqual([["error", "email_not_verified"]])
  expect(bob.user).toMatchObject({ email: "bob@example.com", verified: false })
  expect([...second]).toEqual([["error", "email_not_verified"]])
  expect([...without]).toEqual([["error", "email_missing"]])
})

function usersWith(field: string, rule: string): string {
  return `collections: { users: { fields: { id: { type: uuid, primary: true, default: auto }, ${field} }, rules: { create: ${rule}, read: "auth.id == doc.id" } } }`
}

it("obeys the create rule of the users collection, and says where fields are missing", async () => {
  const closed = await startWithIssuer({}, usersWith("name: { type: string, default: x }", "\"doc.name == 'Bob'\""))
  const asking = await startWithIssuer({}, usersWith("birthday: { type: string }", '"true"'))

  const refused = await closed.signIn(ada)
  const lacking = await asking.signIn(ada)
  const accounts = await closed.daemon.logIn("ada@example.com")

  expect([...refused]).toEqual([["error", "registration_not_allowed"]])
  expect([...lacking]).toEqual([["error", "registration_needs_fields"]])
  expect(accounts.status).toBe(401)
})

it("unlinks a provider, but not the last way to sign in", async () => {
  const { daemon, signIn, exchange } = await startWithIssuer()
  const alone = await exchange((await signIn({ ...ada, sub: "alone", email: "alone@example.com" })).get("code"))
  await daemon.register("ada@example.com")
  const returned = await signIn(ada)
  const both = await daemon.send("POST", "/api/auth/oauth/link", { code: returned.get("code"), password: goodPassword })
  const unlink = (token: string) => daemon.sendAs(token, "DELETE", "/api/auth/oauth/acme")

  const outcomes = [
    await unlink(alone.body.access_token),
    await unlink(both.body.access_token),
    await unlink(both.body.access_token),
    await daemon.send("DELETE", "/api/auth/oauth/acme"),
  ]

  expect(outcomes.map(({ status }) => status)).toEqual([409, 204, 404, 401])
})
