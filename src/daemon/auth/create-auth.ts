import type { Clock } from "../../lib/clock.ts"
import { IdSource } from "../../lib/id.ts"
import type { AuthConfig, AuthParts } from "./auth.ts"
import { makeAuthLimits } from "./auth-limits.ts"
import { OAuthProviders } from "./oauth/providers.ts"
import { Passwords } from "./passwords/passwords.ts"
import { AccessTokens } from "./tokens/access-tokens.ts"
import { loadSigningKeys } from "./tokens/signing-keys.ts"

/** What the auth service is made of, besides what it makes itself. */
export interface AuthSources extends Pick<
  AuthParts,
  "database" | "schemas" | "signals" | "logger" | "mode" | "documents" | "mails"
> {
  readonly config: () => AuthConfig
  readonly clock: Clock
  /** Where kept keys are: alyx.keys beside the database. */
  readonly keyFile: string
  /** The address that the server listens on; null when there is none. */
  readonly ownAddress: () => string | null
}

/** Puts the auth service together; nothing is read or made before it is needed. */
export function createAuth({ keyFile, ownAddress, ...sources }: AuthSources): AuthParts {
  const { config, clock, logger } = sources
  const jwt = () => config().auth.jwt
  return {
    ...sources,
    ids: new IdSource(),
    passwords: new Passwords(),
    tokens: new AccessTokens({ jwt, clock, loadKeys: () => loadSigningKeys({ jwt: jwt(), keyFile, logger }) }),
    limits: makeAuthLimits(config, clock, sources.mode),
    providers: new OAuthProviders({ config, clock }),
    publicAddress: () => config().server.publicUrl ?? ownAddress(),
  }
}
