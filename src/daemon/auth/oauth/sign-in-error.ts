/**
 * Why a sign-in through a provider did not come to an end; `error` of the address that the browser returns to. The app
 * decides by these words what it says.
 */
export type SignInFailure =
  /** The person said no at the provider. */
  | "access_denied"
  /** The provider's answer could not be used, or it could not be asked. */
  | "provider_failed"
  /** The provider told no address. */
  | "email_missing"
  /** The provider has not proven the address, and neither has an account, or `auth.hide_accounts` asks for it. */
  | "email_not_verified"
  /** An account has the address: `code` beside it links the provider, together with the account's password. */
  | "link_needs_password"
  /** The create rule of the users collection refuses. */
  | "registration_not_allowed"
  /** The users collection has fields that must be given; register with a password first. */
  | "registration_needs_fields"

/** Thrown inside a sign-in; ends as `?error=` of the address to return to. */
export class SignInError extends Error {
  override readonly name = "SignInError"
  readonly failure: SignInFailure

  constructor(failure: SignInFailure, cause?: unknown) {
    super(failure, { cause })
    this.failure = failure
  }
}
