import { setTimeout as wait } from "node:timers/promises"

import type { Configuration, IDToken, UserInfoResponse } from "openid-client"

import type { Clock } from "../../../lib/clock.ts"
import { isLoopbackHost } from "../../../lib/loopback-host.ts"
import { parseEmailAddress } from "../email-address.ts"
import type { OpenIdDefinition } from "./known-providers.ts"
import { providerTimeoutSeconds } from "./provider.ts"
import type { Attempt, OAuthProvider, ProviderConfig, ProviderProfile } from "./provider.ts"

/** What an issuer says of itself is believed so long; keys that it changes are found sooner by the library. */
const discoveryLifetimeMs = 60 * 60 * 1000

/** What is waited before an issuer is asked a second and a third time. */
const discoveryPausesMs = [200, 1_000]

/** How a provider is made. */
export interface OpenIdProviderOptions {
  readonly name: string
  readonly definition: OpenIdDefinition
  readonly config: ProviderConfig
  readonly clock: Clock
}

/** Signs people in through an OpenID Connect issuer: its ID token is verified with the issuer's keys. */
export class OpenIdProvider implements OAuthProvider {
  readonly name: string
  readonly answersBy: OAuthProvider["answersBy"]
  readonly #options: OpenIdProviderOptions
  #found: { readonly configuration: Promise<Configuration>; readonly untilMs: number } | null = null

  constructor(options: OpenIdProviderOptions) {
    this.name = options.name
    this.answersBy = options.definition.answersBy
    this.#options = options
  }

  async authorizationUrl({ callbackUrl, state, nonce, verifier }: Attempt): Promise<URL> {
    const { buildAuthorizationUrl, calculatePKCECodeChallenge } = await import("openid-client")
    const { definition, config } = this.#options
    return buildAuthorizationUrl(await this.#discover(), {
      redirect_uri: callbackUrl,
      scope: (config.scopes.length > 0 ? withOpenId(config.scopes) : definition.scopes).join(" "),
      state,
      nonce,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      ...(definition.answersBy === "form_post" ? { response_mode: "form_post" } : {}),
    })
  }

  async profile(answer: URL, { state, nonce, verifier }: Attempt): Promise<ProviderProfile> {
    const { authorizationCodeGrant, fetchUserInfo } = await import("openid-client")
    const configuration = await this.#discover()
    const tokens = await authorizationCodeGrant(configuration, answer, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    })
    const token = tokens.claims()!
    // Many issuers keep the address out of the ID token.
    const asksMore = token.email === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined
    const claims = asksMore ? await fetchUserInfo(configuration, tokens.access_token, token.sub) : token
    const profile = this.#profileOf(token.sub, claims)
    return profile.name === null ? { ...profile, name: appleName(answer.searchParams.get("user")) } : profile
  }

  #profileOf(subject: string, claims: IDToken | UserInfoResponse): ProviderProfile {
    const { email, name } = claims
    return {
      subject,
      email: parseEmailAddress(email),
      isEmailVerified: this.#options.definition.isEmailVerified(claims),
      name: typeof name === "string" && name.trim() !== "" ? name.trim() : null,
    }
  }

  /** One question at a time for everybody; an answer that failed is asked for again by the next. */
  #discover(): Promise<Configuration> {
    const nowMs = this.#options.clock.now()
    if (this.#found !== null && nowMs < this.#found.untilMs) return this.#found.configuration
    const configuration = this.#ask()
    const found = { configuration, untilMs: nowMs + discoveryLifetimeMs }
    this.#found = found
    configuration.catch(() => {
      if (this.#found === found) this.#found = null
    })
    return configuration
  }

  async #ask(): Promise<Configuration> {
    const { allowInsecureRequests, discovery, enableNonRepudiationChecks } = await import("openid-client")
    const { definition, config } = this.#options
    const issuer = new URL(definition.issuer)
    const isNear = issuer.protocol === "http:" && isLoopbackHost(issuer.hostname)
    for (let tries = 0; ; tries += 1) {
      try {
        return await discovery(issuer, config.clientId, config.clientSecret, undefined, {
          timeout: providerTimeoutSeconds,
          execute: [
            // Not only TLS says whose ID token it is, but its signature as well.
            enableNonRepudiationChecks,
            // On this machine alone, for trying things out; the configuration refuses it elsewhere.
            ...(isNear ? [allowInsecureRequests] : []),
          ],
        })
      } catch (error) {
        const pauseMs = discoveryPausesMs[tries]
        if (pauseMs === undefined) throw error
        await wait(pauseMs)
      }
    }
  }
}

/** Apple tells the name once, beside the code: `{"name":{"firstName":"Ada","lastName":"Lovelace"}}`. It proves nothing. */
function appleName(user: string | null): string | null {
  if (user === null || user.length > appleUserLengthMax) return null
  try {
    const { name } = JSON.parse(user) as { readonly name?: Readonly<Record<string, unknown>> }
    const parts = [name?.["firstName"], name?.["lastName"]].filter((part) => typeof part === "string" && part !== "")
    return parts.length === 0 ? null : parts.join(" ")
  } catch {
    return null
  }
}

const appleUserLengthMax = 1_000

function withOpenId(scopes: readonly string[]): readonly string[] {
  return scopes.includes("openid") ? scopes : ["openid", ...scopes]
}
