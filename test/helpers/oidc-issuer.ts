import { generateKeyPairSync } from "node:crypto"
import { once } from "node:events"
import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

import { Provider } from "oidc-provider"
import type { AdapterConstructor, Configuration } from "oidc-provider"
import { onTestFinished } from "vitest"

/** Somebody whom the issuer knows. */
export interface IssuerPerson {
  readonly sub: string
  readonly email?: string
  readonly email_verified?: boolean
  readonly name?: string
}

/** What a test makes of an answer of the token endpoint. */
export type ChangeTokens = (tokens: Record<string, unknown>) => Record<string, unknown>

/** A real OpenID Connect issuer on this machine, where everybody who comes is the person that the test says. */
export interface OidcIssuer {
  readonly url: string
  /** Who signs in next; null says no. */
  readonly meet: (person: IssuerPerson | null) => void
  /** Begins to serve one client; it must be known where its callback is. */
  readonly serve: (callbackUrl: string) => void
  /** How often its discovery document was read. */
  readonly discoveries: () => number
  /** Changes each answer of the token endpoint before it is sent. */
  readonly spoil: (change: ChangeTokens) => void
}

export const issuerClient = { client_id: "alyx-test", client_secret: "a-secret-of-the-client-of-this-test" }

/** Its own store in memory, by another name so that it does not warn about it; its types leave it out. */
const memoryModule: string = "oidc-provider/lib/adapters/memory_adapter.js"
const { default: MemoryAdapter } = (await import(memoryModule)) as { readonly default: AdapterConstructor }

const signingKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" })

/** Starts an issuer that answers once `serve` was called; it ends with the test. */
export async function startOidcIssuer(): Promise<OidcIssuer> {
  const people = new Map<string, IssuerPerson>()
  let current: IssuerPerson | null = null
  let provider: Provider | null = null
  let discoveryCount = 0
  let change: ChangeTokens = asTheyAre
  const server = createServer((request, response) => {
    if (request.url === "/.well-known/openid-configuration") discoveryCount += 1
    if (provider === null) return void response.writeHead(503).end()
    if (request.url!.startsWith("/interaction/")) {
      return void interact(provider, { request, response, person: current }).catch((error: Error) =>
        response.writeHead(500).end(error.stack),
      )
    }
    if (request.url === "/token") spoilAnswer(response, (tokens) => change(tokens))
    void provider.callback()(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(async () => {
    const closed = once(server, "close")
    server.close()
    server.closeAllConnections()
    await closed
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    meet: (person) => {
      current = person
      if (person !== null) people.set(person.sub, person)
    },
    serve: (callbackUrl) => {
      provider = new Provider(url, configurationOf(callbackUrl, people))
    },
    discoveries: () => discoveryCount,
    spoil: (changed) => void (change = changed),
  }
}

function configurationOf(callbackUrl: string, people: ReadonlyMap<string, IssuerPerson>): Configuration {
  return {
    adapter: class extends MemoryAdapter {},
    clients: [
      {
        ...issuerClient,
        redirect_uris: [callbackUrl],
        token_endpoint_auth_method: "client_secret_post",
        id_token_signed_response_alg: "ES256",
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    // Keys of its own: the issuer warns about those that it brings along.
    jwks: { keys: [{ ...signingKey, use: "sig", alg: "ES256" }] },
    cookies: { keys: ["a key of this test"] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ ...people.get(sub)! }) }),
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    ttl: { Interaction: 60, Session: 60, Grant: 60, AccessToken: 60, AuthorizationCode: 60, IdToken: 60 },
  }
}

function asTheyAre(tokens: Record<string, unknown>): Record<string, unknown> {
  return tokens
}

/** What a page would ask the person. */
async function interact(
  provider: Provider,
  { request, response, person }: { request: IncomingMessage; response: ServerResponse; person: IssuerPerson | null },
): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response)
  if (person === null) {
    const no = { error: "access_denied", error_description: "The person said no." }
    return provider.interactionFinished(request, response, no, { mergeWithLastSubmission: false })
  }
  if (prompt.name === "login") {
    const login = { login: { accountId: person.sub } }
    return provider.interactionFinished(request, response, login, { mergeWithLastSubmission: false })
  }
  const grant = new provider.Grant({ accountId: session!.accountId, clientId: String(params["client_id"]) })
  grant.addOIDCScope(String(params["scope"]))
  const consent = { consent: { grantId: await grant.save() } }
  return provider.interactionFinished(request, response, consent, { mergeWithLastSubmission: true })
}

/** Lets a test be an issuer that answers something else than it should. */
function spoilAnswer(response: ServerResponse, change: ChangeTokens): void {
  const end = response.end.bind(response)
  response.end = ((chunk: unknown) => {
    const text = String(chunk)
    const tokens = JSON.parse(text) as Record<string, unknown>
    const changed = "id_token" in tokens ? JSON.stringify(change(tokens)) : text
    response.removeHeader("content-length")
    return end(changed)
  }) as typeof response.end
}
