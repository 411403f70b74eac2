import { alyxError } from "../../errors.ts"
import type { ChangePasswordRequest, RefreshRequest, SignInRequest } from "../../protocol/auth-api.ts"
import type { SignOutRequest } from "../auth/sign-out.ts"
import type { MemberRules } from "./body-members.ts"
import { requireMembers } from "./body-members.ts"

/** Longer than anything that is a secret or an address; what is longer is not looked at. */
const textLengthMax = 4_096

const text = (value: unknown): string | null =>
  typeof value === "string" && value.length <= textLengthMax
    ? null
    : `must be a string of at most ${textLengthMax} characters`

const required = { check: text, required: true } as const

const signInRules: MemberRules = { email: required, password: required }
const refreshRules: MemberRules = { refresh_token: required }
const signOutRules: MemberRules = { refresh_token: { check: text } }
const passwordRules: MemberRules = { current_password: required, new_password: required }

/** Reads the body of `POST /api/auth/login`. */
export function readSignIn(body: unknown): SignInRequest {
  const members = requireMembers(bodyOf(body), signInRules, `Send {"email":"ada@example.com","password":"…"}.`)
  return members as unknown as SignInRequest
}

/** Reads the body of `POST /api/auth/refresh`. */
export function readRefresh(body: unknown): RefreshRequest {
  return requireMembers(bodyOf(body), refreshRules, `Send {"refresh_token":"…"}.`) as unknown as RefreshRequest
}

/** Reads the body of `POST /api/auth/logout`, which may be left out. */
export function readSignOut(body: unknown): SignOutRequest {
  return requireMembers(body ?? {}, signOutRules, `Send {"refresh_token":"…"}, or no body.`)
}

/** Reads the body of `PATCH /api/auth/password`. */
export function readPasswordChange(body: unknown): ChangePasswordRequest {
  const example = `Send {"current_password":"…","new_password":"…"}.`
  return requireMembers(bodyOf(body), passwordRules, example) as unknown as ChangePasswordRequest
}

/** A body is a must here. */
export function bodyOf(body: unknown): unknown {
  if (body !== undefined) return body
  throw alyxError("INVALID_JSON", {
    message: "The body is empty.",
    next: "Send a JSON object, with the header `content-type: application/json`.",
  })
}
