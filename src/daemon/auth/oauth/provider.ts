import type { Config } from "../../../project/options.ts"
import type { EmailAddress } from "../email-address.ts"

/** One entry of `auth.oauth`. */
export type ProviderConfig = Config["auth"]["oauth"][string]

/** What a provider says of who signed in there. */
export interface ProviderProfile {
  /** The person at this provider; never given to anybody else. */
  readonly subject: string
  readonly email: EmailAddress | null
  /** True when the provider itself has proven that the person owns the address. */
  readonly isEmailVerified: boolean
  readonly name: string | null
}

/** What one sign-in is bound to. All of it is random, and used once. */
export interface Attempt {
  readonly callbackUrl: string
  readonly state: string
  readonly nonce: string
  /** PKCE: the provider learns its hash first, and itself with the code. */
  readonly verifier: string
}

/** Somebody else who knows people. */
export interface OAuthProvider {
  readonly name: string
  /** `form_post`: the browser brings the answer by a POST from the provider's page, with which only some cookies come. */
  readonly answersBy: "query" | "form_post"
  /** Where the person is sent. */
  authorizationUrl(attempt: Attempt): Promise<URL>
  /** Turns the answer into who it is; `answer` is the callback's URL with the members of the answer as its query. */
  profile(answer: URL, attempt: Attempt): Promise<ProviderProfile>
}

/** How long a provider may take for one answer. */
export const providerTimeoutSeconds = 10
