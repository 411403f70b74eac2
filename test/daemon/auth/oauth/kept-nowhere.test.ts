import { expect, it } from "vitest"

import type { LogEntry, RequestDetail } from "../../../../src/protocol/admin-api.ts"
import type { MailsResponse } from "../../../../src/protocol/auth-api.ts"
import { CookieBrowser } from "../../../helpers/cookie-browser.ts"
import { issuerClient, startOidcIssuer } from "../../../helpers/oidc-issuer.ts"
import { goodPassword, startAccountsDaemon } from "../accounts-daemon.ts"

const app = "https://app.example/signed-in"

it("in dev no code, token, password or secret of a sign-in is in the log or kept with a request", async () => {
  const issuer = await startOidcIssuer()
  const { client_id, client_secret } = issuerClient
  const acme = { client_id, client_secret, issuer: issuer.url }
  const daemon = await startAccountsDaemon({ mode: "dev", config: { auth: { redirects: [app], oauth: { acme } } } })
  issuer.serve(`${daemon.url}/api/auth/oauth/acme/callback`)
  const begin = `${daemon.url}/api/auth/oauth/acme?redirect=${encodeURIComponent(app)}`
  const visited: string[] = []
  const signIn = async (sub: string, email: string) => {
    issuer.meet({ sub, email, email_verified: true })
    const browser = new CookieBrowser()
    const { url } = await browser.open(begin, app)
    visited.push(...browser.visited)
    return url.searchParams.get("code")!
  }
  const secrets: string[] = [goodPassword, client_secret]

  await daemon.register("bob@example.com")
  const kept = async () => (await daemon.client.get<MailsResponse>("/api/admin/mails")).mails
  await expect.poll(kept).toHaveLength(1)
  const mailCode = new URL(/http:\S+/.exec((await kept())[0]!.text)![0]).searchParams.get("token")!
  await daemon.send("GET", `/api/auth/verify?token=${mailCode}`)
  await daemon.send("POST", "/api/auth/verify", { token: mailCode })
  await daemon.send("POST", "/api/auth/reset/confirm", { token: mailCode, password: goodPassword })
  const exchangeCode = await signIn("ada", "ada@example.com")
  const signedIn = await daemon.send("POST", "/api/auth/oauth/exchange", { code: exchangeCode })
  await daemon.register("cleo@example.com")
  const linkCode = await signIn("cleo", "cleo@example.com")
  const linked = await daemon.send("POST", "/api/auth/oauth/link", { code: linkCode, password: goodPassword })
  const atProvider = visited.flatMap((address) => new URL(address).searchParams.getAll("code"))
  secrets.push(mailCode, exchangeCode, linkCode, ...atProvider)
  for (const { body } of [signedIn, linked]) secrets.push(body.access_token, body.refresh_token)

  const entries: LogEntry[] = []
  for await (const entry of daemon.client.logs({ tail: 1_000, follow: false })) entries.push(entry)
  const requests = entries.filter((entry) => entry.kind === "request")
  const details = await Promise.all(
    requests.map(({ requestId }) =>
      daemon.client.get<RequestDetail>(`/api/admin/requests/${requestId}`).catch(() => null),
    ),
  )
  const all = JSON.stringify([entries, details]) + daemon.log()

  expect(linked.status).toBe(200)
  expect(requests.length).toBeGreaterThan(8)
  expect(details.filter((detail) => detail !== null).length).toBeGreaterThan(4)
  expect(secrets.length).toBeGreaterThan(9)
  expect(secrets.filter((secret) => all.includes(secret))).toEqual([])
})
