import type { Configuration } from "openid-client"

import { alyxError } from "../../../errors.ts"
import { isLoopbackHost } from "../../../lib/loopback-host.ts"
import { parseEmailAddress } from "../email-address.ts"
import type { OAuth2Definition } from "./known-providers.ts"
import { providerTimeoutSeconds } from "./provider.ts"
import type { Attempt, OAuthProvider, ProviderConfig, ProviderProfile } from "./provider.ts"

/** The largest answer of a provider's API that is read. */
const answerBytesMax = 256 * 1024

/** How a provider is made. */
export interface OAuth2ProviderOptions {
  readonly name: string
  readonly definition: OAuth2Definition
  readonly config: ProviderConfig
}

/** Signs people in through a provider without ID tokens: with the access token it is asked who they are. */
export class OAuth2Provider implements OAuthProvider {
  readonly name: string
  readonly answersBy = "query"
  readonly #options: OAuth2ProviderOptions

  constructor(options: OAuth2ProviderOptions) {
    this.name = options.name
    this.#options = options
  }

  async authorizationUrl({ callbackUrl, state, verifier }: Attempt): Promise<URL> {
    const { buildAuthorizationUrl, calculatePKCECodeChallenge } = await import("openid-client")
    const { definition, config } = this.#options
    return buildAuthorizationUrl(await this.#configuration(), {
      redirect_uri: callbackUrl,
      scope: (config.scopes.length > 0 ? config.scopes : definition.scopes).join(" "),
      state,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    })
  }

  async profile(answer: URL, { state, verifier }: Attempt): Promise<ProviderProfile> {
    const { authorizationCodeGrant } = await import("openid-client")
    const { access_token: token } = await authorizationCodeGrant(await this.#configuration(), answer, {
      expectedState: state,
      pkceCodeVerifier: verifier,
    })
    const ask = (path: string): Promise<unknown> => this.#ask(path, token)
    return this.#options.definition.api === "github" ? gitHubProfile(ask) : discordProfile(ask)
  }

  async #configuration(): Promise<Configuration> {
    const { allowInsecureRequests, Configuration } = await import("openid-client")
    const { definition, config } = this.#options
    const configuration = new Configuration(
      {
        issuer: definition.issuer,
        authorization_endpoint: definition.authorizationEndpoint,
        token_endpoint: definition.tokenEndpoint,
      },
      config.clientId,
      config.clientSecret,
    )
    configuration.timeout = providerTimeoutSeconds
    const { protocol, hostname } = new URL(definition.issuer)
    // On this machine alone, for trying things out; the configuration refuses it elsewhere.
    if (protocol === "http:" && isLoopbackHost(hostname)) allowInsecureRequests(configuration)
    return configuration
  }

  async #ask(path: string, token: string): Promise<unknown> {
    const response = await fetch(this.#options.definition.apiBase + path, {
      headers: { authorization: `Bearer ${token}`, accept: "application/json", "user-agent": "alyx" },
      // A token goes nowhere but to this address.
      redirect: "error",
      signal: AbortSignal.timeout(providerTimeoutSeconds * 1_000),
    })
    if (!response.ok) throw oddAnswer(`${path} answered ${response.status}`)
    let length = 0
    const chunks: Uint8Array[] = []
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk)
      length += chunk.length
      if (length > answerBytesMax) throw oddAnswer(`${path} answered more than ${answerBytesMax / 1024} KB`)
    }
    return JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown
  }
}

type Ask = (path: string) => Promise<unknown>

/** The public address of a GitHub profile is whatever its owner wrote; the list says which are proven. */
async function gitHubProfile(ask: Ask): Promise<ProviderProfile> {
  const user = (await ask("/user")) as {
    readonly id?: unknown
    readonly name?: unknown
    readonly login?: unknown
  } | null
  if (!Number.isSafeInteger(user?.id)) throw oddAnswer("/user has no id")
  const listed = await ask("/user/emails")
  const emails = Array.isArray(listed) ? (listed as readonly GitHubEmail[]) : []
  const chosen = emails.find(({ primary }) => primary === true)
  return {
    subject: String(user!.id),
    email: parseEmailAddress(chosen?.email),
    isEmailVerified: chosen?.verified === true,
    name: textOf(user!.name) ?? textOf(user!.login),
  }
}

interface GitHubEmail {
  readonly email?: unknown
  readonly primary?: unknown
  readonly verified?: unknown
}

async function discordProfile(ask: Ask): Promise<ProviderProfile> {
  const user = (await ask("/users/@me")) as Readonly<Record<string, unknown>> | null
  const id = user?.["id"]
  if (typeof id !== "string" || !/^\d{1,20}$/.test(id)) throw oddAnswer("/users/@me has no id")
  return {
    subject: id,
    email: parseEmailAddress(user!["email"]),
    isEmailVerified: user!["verified"] === true,
    name: textOf(user!["global_name"]) ?? textOf(user!["username"]),
  }
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null
}

function oddAnswer(what: string): Error {
  return alyxError("OAUTH_FAILED", { message: `The provider's answer cannot be used: ${what}.` })
}
