import { expect, it } from "vitest"

import { providerDefinition } from "../../../../src/daemon/auth/oauth/known-providers.ts"
import { OAuthProviders } from "../../../../src/daemon/auth/oauth/providers.ts"
import { systemClock } from "../../../../src/lib/clock.ts"
import { startAccountsDaemon } from "../accounts-daemon.ts"
import { authConfig } from "../auth-fixture.ts"

const client = { client_id: "a", client_secret: "b" }

it.each([
  ["google", { email_verified: true }, true],
  ["google", { email_verified: false }, false],
  ["google", {}, false],
  ["apple", { email_verified: "true" }, true],
  ["apple", { email_verified: "false" }, false],
  // Anybody who runs a tenant may write any address into it.
  ["microsoft", { email_verified: true }, false],
  ["microsoft", { xms_edov: true }, true],
  ["microsoft", { xms_edov: "1" }, true],
  ["microsoft", { xms_edov: "0" }, false],
])("%s with %j has a proven address: %s", (name, claims, expected) => {
  const definition = providerDefinition(name, null)

  expect(definition?.kind === "openid" && definition.isEmailVerified(claims)).toBe(expected)
})

it("knows five providers by name and every other by its issuer", () => {
  const kinds = ["google", "microsoft", "apple", "github", "discord", "acme"].map(
    (name) => providerDefinition(name, null)?.kind,
  )

  expect(kinds).toEqual(["openid", "openid", "openid", "oauth2", "oauth2", undefined])
  expect(providerDefinition("acme", "https://id.acme.example")).toMatchObject({ issuer: "https://id.acme.example" })
})

it("has no provider under the names of what every object has", () => {
  const providers = new OAuthProviders({ config: () => authConfig(), clock: systemClock })

  for (const name of ["constructor", "__proto__", "toString"]) {
    expect(() => providers.require(name)).toThrow(expect.objectContaining({ code: "PROVIDER_NOT_FOUND" }))
  }
})

it("sends to discord what it asks for, without asking it anything before", async () => {
  const app = "https://app.example"
  const daemon = await startAccountsDaemon({
    config: {
      server: { public_url: "https://api.app.example" },
      auth: { redirects: [app], oauth: { discord: client, apple: client } },
    },
  })

  const response = await fetch(`${daemon.url}/api/auth/oauth/discord?redirect=${app}`, { redirect: "manual" })
  const location = new URL(response.headers.get("location")!)

  expect(location.origin + location.pathname).toBe("https://discord.com/oauth2/authorize")
  expect(Object.fromEntries(location.searchParams)).toMatchObject({
    client_id: "a",
    scope: "identify email",
    redirect_uri: "https://api.app.example/api/auth/oauth/discord/callback",
    code_challenge_method: "S256",
  })
  expect(response.headers.get("set-cookie")).toMatch(
    /^__Host-alyx-oauth-[\w-]{16}=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
  )
})

it("refuses apple where its answer could not come back with a cookie", async () => {
  const app = "https://app.example"
  const daemon = await startAccountsDaemon({ config: { auth: { redirects: [app], oauth: { apple: client } } } })

  const { status, body } = await daemon.send("GET", `/api/auth/oauth/apple?redirect=${app}`)

  expect(status).toBe(400)
  expect(body.error).toMatchObject({ code: "OAUTH_FAILED", message: "apple answers to https:// addresses only." })
})
