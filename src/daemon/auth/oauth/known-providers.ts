/** A provider that speaks OpenID Connect: all but its issuer is found out there. */
export interface OpenIdDefinition {
  readonly kind: "openid"
  readonly issuer: string
  readonly scopes: readonly string[]
  readonly answersBy: "query" | "form_post"
  /** Whether the claims say that the provider has proven the address. */
  readonly isEmailVerified: (claims: Readonly<Record<string, unknown>>) => boolean
}

/** A provider of OAuth 2.0 alone: who signed in is asked of its own API. */
export interface OAuth2Definition {
  readonly kind: "oauth2"
  readonly issuer: string
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  readonly scopes: readonly string[]
  readonly api: "github" | "discord"
  /** Where its API begins. */
  readonly apiBase: string
}

export type ProviderDefinition = OpenIdDefinition | OAuth2Definition

/** `email_verified` of OpenID Connect; Apple writes it as text. */
function saysVerified({ email_verified: isVerified }: Readonly<Record<string, unknown>>): boolean {
  return isVerified === true || isVerified === "true"
}

/** What is known of a provider by its name, or of an issuer. A github issuer is a GitHub Enterprise Server. */
export function providerDefinition(name: string, issuer: string | null): ProviderDefinition | null {
  switch (name) {
    case "google":
      return openId(issuer ?? "https://accounts.google.com")
    case "microsoft":
      return {
        ...openId(issuer ?? "https://login.microsoftonline.com/common/v2.0"),
        // Whoever runs a tenant writes any address into it: only this claim says that its domain is the tenant's own.
        isEmailVerified: ({ xms_edov: isOwned }) => isOwned === true || isOwned === 1 || isOwned === "1",
      }
    case "apple":
      return {
        ...openId(issuer ?? "https://appleid.apple.com"),
        scopes: ["openid", "name", "email"],
        answersBy: "form_post",
      }
    case "github":
      return gitHub(issuer)
    case "discord":
      return {
        kind: "oauth2",
        issuer: "https://discord.com",
        authorizationEndpoint: "https://discord.com/oauth2/authorize",
        tokenEndpoint: "https://discord.com/api/oauth2/token",
        scopes: ["identify", "email"],
        api: "discord",
        apiBase: "https://discord.com/api",
      }
    default:
      return issuer === null ? null : openId(issuer)
  }
}

function openId(issuer: string): OpenIdDefinition {
  return {
    kind: "openid",
    issuer,
    scopes: ["openid", "email", "profile"],
    answersBy: "query",
    isEmailVerified: saysVerified,
  }
}

function gitHub(server: string | null): OAuth2Definition {
  const base = (server ?? "https://github.com").replace(/\/+$/, "")
  return {
    kind: "oauth2",
    issuer: `${base}/login/oauth`,
    authorizationEndpoint: `${base}/login/oauth/authorize`,
    tokenEndpoint: `${base}/login/oauth/access_token`,
    scopes: ["read:user", "user:email"],
    api: "github",
    apiBase: server === null ? "https://api.github.com" : `${base}/api/v3`,
  }
}
