import { expect, it } from "vitest"

import type { MailsResponse } from "../../../../src/protocol/auth-api.ts"
import { linkIn, startMailServer } from "../../../helpers/mail-server.ts"
import { goodPassword, startAccountsDaemon } from "../accounts-daemon.ts"
import type { WrittenConfig } from "../accounts-daemon.ts"

async function startWithMail(config: WrittenConfig = {}) {
  const server = await startMailServer()
  const mail = { smtp: server.url, from: "App <app@app.example>" }
  const daemon = await startAccountsDaemon({ config: { ...config, mail } })
  return { server, daemon }
}

it("proves an address by the link of a mail, once, and only when the button is pressed", async () => {
  const { server, daemon } = await startWithMail()
  const { access_token: token } = await daemon.register("ada@example.com")
  const [mail] = await server.until(1)
  const link = linkIn(mail!)
  const code = link.searchParams.get("token")!

  const page = await fetch(link, { headers: { accept: "text/html" } })
  const text = await page.text()
  const before = await daemon.sendAs(token, "GET", "/api/auth/me")
  // So a browser sends it from a page that says no-referrer.
  const headers = { origin: "null" }
  const form = { method: "POST", body: new URLSearchParams({ token: code }), headers }
  const pressed = await fetch(link.origin + link.pathname, form)
  const after = await daemon.sendAs(token, "GET", "/api/auth/me")
  const document = await daemon.sendAs(token, "GET", `/api/collections/users/${after.body.user.id}`)
  const again = await daemon.send("POST", "/api/auth/verify", { token: code })

  expect(link.origin).toBe(daemon.url)
  expect(page.status).toBe(200)
  expect(Object.fromEntries(page.headers)).toMatchObject({
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  })
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'")
  expect(text).not.toMatch(/<script|https?:\/\//)
  expect(before.body.user.verified).toBe(false)
  expect(pressed.status).toBe(200)
  expect(after.body.user.verified).toBe(true)
  expect(document.body.verified).toBe(true)
  expect(again).toMatchObject({ status: 400, body: { error: { code: "INVALID_CODE" } } })
  expect(daemon.log()).not.toContain(code)
})

it("lets who has the mail say that somebody else made the account", async () => {
  const { server, daemon } = await startWithMail()
  const { access_token: token } = await daemon.register("ada@example.com")
  const [mail] = await server.until(1)
  const link = linkIn(mail!)
  const code = link.searchParams.get("token")!

  const text = await (await fetch(link, { headers: { accept: "text/html" } })).text()
  const unclear = await daemon.send("POST", "/api/auth/verify", { token: code, not_me: "perhaps" })
  const body = new URLSearchParams({ token: code, not_me: "true" })
  const pressed = await fetch(link.origin + link.pathname, { method: "POST", body, headers: { origin: "null" } })
  const session = await daemon.sendAs(token, "GET", "/api/auth/me")
  const again = await daemon.send("POST", "/api/auth/verify", { token: code })
  await daemon.send("POST", "/api/auth/reset", { email: "ada@example.com" })
  const [, reset] = await server.until(2)
  const password = { token: linkIn(reset!).searchParams.get("token"), password: "my very own one" }
  const owned = await daemon.send("POST", "/api/auth/reset/confirm", password)

  expect(text).toContain("This was not me")
  expect([unclear.status, pressed.status, session.status, again.status, owned.status]).toEqual([
    400, 200, 401, 400, 200,
  ])
  expect((await daemon.logIn("ada@example.com")).status).toBe(401)
  expect((await daemon.logIn("ada@example.com", "my very own one")).body.user.verified).toBe(true)
})

it("sends a newer link on demand, after which the older one is worth nothing", async () => {
  const { server, daemon } = await startWithMail()
  const { access_token: token } = await daemon.register("ada@example.com")
  const [first] = await server.until(1)

  const asked = await daemon.sendAs(token, "POST", "/api/auth/verify/request")
  const [, second] = await server.until(2)
  const old = await daemon.send("POST", "/api/auth/verify", { token: linkIn(first!).searchParams.get("token") })
  const current = await daemon.send("POST", "/api/auth/verify", { token: linkIn(second!).searchParams.get("token") })
  const nobody = await daemon.send("POST", "/api/auth/verify/request")

  expect([asked.status, old.status, current.status, nobody.status]).toEqual([202, 400, 200, 401])
})

it("sets a new password by a link, which ends every session and proves the address", async () => {
  const { server, daemon } = await startWithMail()
  const { access_token: token } = await daemon.register("ada@example.com")
  await server.until(1)

  const asked = await daemon.send("POST", "/api/auth/reset", { email: "Ada@Example.com" })
  const [, mail] = await server.until(2)
  const code = linkIn(mail!).searchParams.get("token")
  const weak = await daemon.send("POST", "/api/auth/reset/confirm", { token: code, password: "short" })
  const done = await daemon.send("POST", "/api/auth/reset/confirm", { token: code, password: "another good one" })
  const again = await daemon.send("POST", "/api/auth/reset/confirm", { token: code, password: "another good one" })
  const session = await daemon.sendAs(token, "GET", "/api/auth/me")
  const withOld = await daemon.logIn("ada@example.com")
  const withNew = await daemon.logIn("ada@example.com", "another good one")

  expect(asked.status).toBe(202)
  expect(weak).toMatchObject({ status: 400, body: { error: { code: "VALIDATION_ERROR" } } })
  expect([done.status, again.status, session.status, withOld.status]).toEqual([200, 400, 401, 401])
  expect(withNew).toMatchObject({ status: 200, body: { user: { verified: true } } })
})

it("shows the form for a new password again when the password will not do, with what it lacks", async () => {
  const { server, daemon } = await startWithMail()
  await daemon.register("ada@example.com")
  const [verify] = await server.until(1)
  await daemon.send("POST", "/api/auth/reset", { email: "ada@example.com" })
  const [, mail] = await server.until(2)
  const link = linkIn(mail!)
  const token = link.searchParams.get("token")!
  const post = (url: URL, password: string) =>
    fetch(url, { method: "POST", body: new URLSearchParams({ token, password }), headers: { origin: "null" } })

  const page = await (await fetch(link, { headers: { accept: "text/html" } })).text()
  const first = await post(new URL(actionOf(page), link), "short")
  const again = await first.text()
  const done = await post(new URL(actionOf(again), first.url), "another good one")
  const late = await fetch(linkIn(verify!), { headers: { accept: "text/html" } })

  expect(page).toContain("At least 8 characters.")
  expect(page).toMatch(/minlength="8"/)
  expect(page).toMatch(/autocomplete="username" value="ada@example.com"/)
  expect([first.status, done.status, late.status]).toEqual([400, 200, 400])
  expect(again).toContain("password must have at least 8 characters.")
  expect(again).not.toContain("short")
  expect((await daemon.logIn("ada@example.com", "another good one")).status).toBe(200)
  expect(await late.text()).toContain("the address may be confirmed already")
})

it("answers the same for an address without an account, and sends nothing", async () => {
  const { server, daemon } = await startWithMail()
  await daemon.register("ada@example.com")
  await server.until(1)

  const known = await daemon.send("POST", "/api/auth/reset", { email: "ada@example.com" })
  const unknown = await daemon.send("POST", "/api/auth/reset", { email: "eve@example.com" })
  await server.until(2)
  const malformed = await daemon.send("POST", "/api/auth/reset", { email: "a@b.example\r\nBcc: c@d.example" })

  expect([unknown.status, unknown.body]).toEqual([known.status, known.body])
  expect(malformed.status).toBe(400)
  expect(server.arrived.map(({ recipients }) => recipients)).toEqual([["ada@example.com"], ["ada@example.com"]])
})

it("leads to the configured address, whatever a request says of its host", async () => {
  const { server, daemon } = await startWithMail({
    server: { public_url: "https://api.app.example/backend/", hosts: ["evil.example"] },
    auth: { reset_url: "https://app.example/new-password?from=mail" },
  })
  await daemon.register("ada@example.com")
  await server.until(1)

  await daemon.send(
    "POST",
    "/api/auth/reset",
    { email: "ada@example.com" },
    {
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "http",
      forwarded: "host=evil.example",
    },
  )
  const links = (await server.until(2)).map(linkIn)

  expect(links.map(({ origin, pathname }) => origin + pathname)).toEqual([
    "https://api.app.example/backend/api/auth/verify",
    "https://app.example/new-password",
  ])
  expect(links[1]!.searchParams.get("from")).toBe("mail")
  expect(server.arrived.map(({ source }) => source).join("")).not.toContain("evil.example")
})

it("changes the address when the new one is proven, and tells the old one", async () => {
  const { server, daemon } = await startWithMail()
  const { access_token: token } = await daemon.register("ada@example.com")
  await daemon.register("bob@example.com")
  await server.until(2)
  const change = (new_email: string, password = goodPassword) =>
    daemon.sendAs(token, "POST", "/api/auth/email", { new_email, password })

  const refused = [await change("new@example.com", "wrong"), await change("bob@example.com"), await change("nonsense")]
  const asked = await change("New@example.com")
  const mails = (await server.until(4)).slice(2)
  const before = await daemon.sendAs(token, "GET", "/api/auth/me")
  const code = linkIn(mails.find(({ recipients }) => recipients[0] === "New@example.com")!).searchParams.get("token")
  const done = await daemon.send("POST", "/api/auth/email/confirm", { token: code })
  const after = await daemon.sendAs(token, "GET", "/api/auth/me")
  const document = await daemon.sendAs(token, "GET", `/api/collections/users/${after.body.user.id}`)

  expect(refused.map(({ body }) => body.error.code)).toEqual(["INVALID_CREDENTIALS", "EMAIL_TAKEN", "VALIDATION_ERROR"])
  expect([asked.status, done.status]).toEqual([202, 200])
  expect(new Set(mails.map(({ recipients }) => recipients[0]))).toEqual(new Set(["New@example.com", "ada@example.com"]))
  expect(mails.find(({ recipients }) => recipients[0] === "ada@example.com")!.parsed.text).not.toMatch(/token=/)
  expect(before.body.user.email).toBe("ada@example.com")
  expect(after.body.user).toMatchObject({ email: "New@example.com", verified: true })
  expect(document.body.email).toBe("New@example.com")
})

it("hides accounts: the second registration of an address looks like the first, and a mail tells", async () => {
  const { server, daemon } = await startWithMail({ auth: { hide_accounts: true } })
  const register = () => daemon.send("POST", "/api/auth/register", { email: "ada@example.com", password: goodPassword })

  const first = await register()
  const [mail] = await server.until(1)
  await daemon.send("POST", "/api/auth/verify", { token: linkIn(mail!).searchParams.get("token") })
  const second = await register()
  const mails = await server.until(2)

  expect([second.status, second.body]).toEqual([first.status, first.body])
  expect(mails.map(({ parsed }) => parsed.subject)).toEqual([
    `Confirm your address for ${new URL(daemon.url).host}`,
    `You have an account at ${new URL(daemon.url).host} already`,
  ])
})

it("hides accounts: who asks for another address gets the same mail whether it is somebody's or not", async () => {
  const { server, daemon } = await startWithMail({ auth: { hide_accounts: true } })
  for (const email of ["ada@example.com", "bob@example.com"]) {
    await daemon.send("POST", "/api/auth/register", { email, password: goodPassword })
  }
  for (const mail of await server.until(2)) {
    await daemon.send("POST", "/api/auth/verify", { token: linkIn(mail).searchParams.get("token") })
  }
  const { access_token: token } = (await daemon.logIn("ada@example.com")).body
  const change = (new_email: string) =>
    daemon.sendAs(token, "POST", "/api/auth/email", { new_email, password: goodPassword })

  const taken = await change("bob@example.com")
  const ofTaken = (await server.until(4)).slice(2)
  const free = await change("new@example.com")
  const ofFree = (await server.until(6)).slice(4)

  const toAda = (mails: typeof ofTaken) =>
    mails.filter(({ recipients }) => recipients[0] === "ada@example.com").map(({ parsed }) => parsed.text)
  expect([taken.status, taken.body]).toEqual([free.status, free.body])
  expect(toAda(ofTaken).map((text) => text?.replaceAll("bob@", "new@"))).toEqual(toAda(ofFree))
  expect(toAda(ofTaken)).toHaveLength(1)
})

it("in dev keeps mails for admins alone", async () => {
  const daemon = await startAccountsDaemon({ mode: "dev" })
  await daemon.register("ada@example.com")
  const kept = async () => (await daemon.client.get<MailsResponse>("/api/admin/mails")).mails
  await expect.poll(kept).toHaveLength(1)

  const stranger = await daemon.send("GET", "/api/admin/mails")
  const requests = await daemon.send("POST", "/api/auth/verify", { token: "A".repeat(43) })

  expect((await kept())[0]).toMatchObject({ to: "ada@example.com", state: "kept", template: "verify" })
  expect(stranger.status).toBe(401)
  expect(requests.status).toBe(400)
})

it("says so where no mails can be sent, whatever the address", async () => {
  const daemon = await startAccountsDaemon()
  const { access_token: token } = await daemon.register("ada@example.com")

  const answers = [
    await daemon.send("POST", "/api/auth/reset", { email: "ada@example.com" }),
    await daemon.send("POST", "/api/auth/reset", { email: "eve@example.com" }),
    await daemon.sendAs(token, "POST", "/api/auth/verify/request"),
    await daemon.sendAs(token, "POST", "/api/auth/email", { new_email: "b@example.com", password: goodPassword }),
  ]

  expect(answers.map(({ status, body }) => `${status} ${body.error.code}`)).toEqual(
    Array.from({ length: 4 }, () => "503 MAIL_UNAVAILABLE"),
  )
})

it("limits how often somebody may have mails sent", async () => {
  const rate_limit = { login: "1000/second", register: "1000/second", password_reset: "2/hour" }
  const { daemon } = await startWithMail({ auth: { rate_limit } })
  const ask = (email: string) => daemon.send("POST", "/api/auth/reset", { email })

  const answers = [await ask("a@example.com"), await ask("b@example.com"), await ask("c@example.com")]

  expect(answers.map(({ status }) => status)).toEqual([202, 202, 429])
  expect(Number(answers[2]!.headers.get("retry-after"))).toBeGreaterThan(3_000)
})

/** Where the form of a page leads to. */
function actionOf(page: string): string {
  return / action="([^"]+)"/.exec(page)![1]!
}
