/**
 * What /api/auth and the account part of /api/admin say, on both sides of the wire. Times are ISO 8601 with
 * milliseconds; paths are in comments above what they answer or take.
 */

/** An account, as its owner and admins see it. Fields of the users collection stand beside these in AuthUser. */
export interface AccountView {
  readonly id: string
  readonly email: string
  readonly role: string
  /** Whether the address was proven. */
  readonly verified: boolean
  readonly metadata: Readonly<Record<string, unknown>>
  readonly created_at: string
  readonly updated_at: string
}

/** `user` of an answer: the account, and what its owner may read of its document in the users collection. */
export type AuthUser = AccountView & Readonly<Record<string, unknown>>

/** POST /api/auth/register, login, refresh, oauth/exchange: what a client keeps. */
export interface SignedInResponse {
  readonly access_token: string
  readonly token_type: "Bearer"
  /** Seconds until the access token ends. */
  readonly expires_in: number
  /** Opaque; works once, and brings the next one. */
  readonly refresh_token: string
  readonly user: AuthUser
}

/** POST /api/auth/register, 202 where `auth.hide_accounts` is set; reset and verify requests, always. */
export interface AcceptedResponse {
  readonly message: string
}

/** POST /api/auth/verify, reset/confirm and email/confirm: what the link of a mail was for is done. */
export interface DoneResponse {
  readonly message: string
}

/** POST /api/auth/login. */
export interface SignInRequest {
  readonly email: string
  readonly password: string
}

/** POST /api/auth/refresh, and logout where the access token has ended already. */
export interface RefreshRequest {
  readonly refresh_token: string
}

/** GET /api/auth/me. */
export interface MeResponse {
  readonly user: AuthUser
}

/** PATCH /api/auth/password: other sessions end. */
export interface ChangePasswordRequest {
  readonly current_password: string
  readonly new_password: string
}

/** One sign-in of an account on one device. */
export interface SessionView {
  readonly id: string
  readonly created_at: string
  readonly last_used_at: string
  readonly expires_at: string
  readonly address: string
  readonly user_agent: string | null
  /** True for the one that asks. */
  readonly current: boolean
}

/** GET /api/auth/sessions (DELETE ends all others, DELETE /api/auth/sessions/:id one), GET /api/admin/users/:id/sessions. */
export interface SessionsResponse {
  readonly sessions: readonly SessionView[]
}

/** GET /api/auth/providers. */
export interface ProvidersResponse {
  readonly providers: readonly { readonly name: string; readonly url: string }[]
}

/** GET /api/admin/users?search=&role=&limit=&offset=: newest first. */
export interface UsersResponse {
  readonly users: readonly (AccountView & { readonly last_sign_in_at: string | null; readonly session_count: number })[]
  readonly total: number
}

/** PATCH /api/admin/users/:id. */
export interface UpdateUserRequest {
  readonly email?: string
  readonly role?: string
  readonly verified?: boolean
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly password?: string
}

/** GET, POST (201) and PATCH of /api/admin/users/:id, which takes an id or an address. */
export interface UserResponse {
  readonly user: AccountView
}

/** DELETE /api/admin/users/:id/sessions, and /sessions/:session. */
export interface EndedSessionsResponse {
  readonly ended: number
}

/** POST /api/admin/users/:id/reset: a link for a new password, to be handed to the person. It works once. */
export interface ResetLinkResponse {
  readonly link: string
  readonly expires_at: string
}

/** An API key without its secret. */
export interface KeyView {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly collections: readonly string[] | null
  readonly operations: readonly string[] | null
  readonly created_at: string
  readonly expires_at: string | null
  readonly last_used_at: string | null
}

/** GET /api/auth/key: what the key that asks may do. */
export interface OwnKeyResponse {
  readonly key: KeyView
}

/** GET /api/admin/keys (DELETE /api/admin/keys/:id revokes one, by id or name). */
export interface KeysResponse {
  readonly keys: readonly KeyView[]
}

/** POST /api/admin/keys. */
export interface CreateKeyRequest {
  readonly name: string
  readonly role: string
  /** Such as `90d`; absent for one that does not expire. */
  readonly expires?: string
  readonly collections?: readonly string[]
  readonly operations?: readonly string[]
}

/** The only time that the secret is shown. */
export interface CreatedKeyResponse {
  readonly key: KeyView
  /** `alyx_` and 43 characters. */
  readonly secret: string
  /** What may be a slip: a role that no rule names. */
  readonly notices: readonly string[]
}

/** GET /api/admin/mails: in dev every mail, newest first. */
export interface MailsResponse {
  readonly mails: readonly MailView[]
}

export interface MailView {
  readonly id: number
  readonly template: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly created_at: string
  /** `kept` when there is no mail server to hand it to. */
  readonly state: "kept" | "sent" | "failed"
  readonly error: string | null
}
