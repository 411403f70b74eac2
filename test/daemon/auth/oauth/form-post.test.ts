import { expect, it } from "vitest"

import { OpenIdProvider } from "../../../../src/daemon/auth/oauth/openid-provider.ts"
import { providerDefinition } from "../../../../src/daemon/auth/oauth/known-providers.ts"
import { systemClock } from "../../../../src/lib/clock.ts"
import { issuerClient, startOidcIssuer } from "../../../helpers/oidc-issuer.ts"
import { CookieBrowser } from "../../../helpers/cookie-browser.ts"
import { startAccountsDaemon } from "../accounts-daemon.ts"

const app = "https://app.example/signed-in"

it("takes an answer that the browser brings as a form", async () => {
  const issuer = await startOidcIssuer()
  const { client_id, client_secret } = issuerClient
  const acme = { client_id, client_secret, issuer: issuer.url }
  const daemon = await startAccountsDaemon({ config: { auth: { redirects: [app], oauth: { acme } } } })
  const callback = `${daemon.url}/api/auth/oauth/acme/callback`
  issuer.serve(callback)
  issuer.meet({ sub: "ada", email: "ada@example.com", email_verified: true })
  const browser = new CookieBrowser()
  const { url } = await browser.open(`${daemon.url}/api/auth/oauth/acme?redirect=${encodeURIComponent(app)}`, callback)

  const posted = await browser.fetch(new URL(callback), {
    method: "POST",
    body: url.searchParams,
    headers: { origin: issuer.url },
  })

  expect(posted.status).toBe(302)
  expect(posted.headers.get("location")).toMatch(/^https:\/\/app\.example\/signed-in\?code=[\w-]{43}$/)
})

it("asks apple for a form, with the names of its own scopes", async () => {
  const issuer = await startOidcIssuer()
  issuer.serve("https://api.app.example/callback")
  const definition = providerDefinition("apple", issuer.url)
  if (definition?.kind !== "openid") throw new Error("apple speaks OpenID Connect")
  const apple = new OpenIdProvider({
    name: "apple",
    definition,
    config: {
      clientId: issuerClient.client_id,
      clientSecret: issuerClient.client_secret,
      scopes: [],
      issuer: issuer.url,
    },
    clock: systemClock,
  })

  const attempt = { callbackUrl: "https://api.app.example/callback", state: "s", nonce: "n", verifier: "v".repeat(43) }
  const url = await apple.authorizationUrl(attempt)

  expect(apple.answersBy).toBe("form_post")
  expect(Object.fromEntries(url.searchParams)).toMatchObject({ response_mode: "form_post", scope: "openid name email" })
})
