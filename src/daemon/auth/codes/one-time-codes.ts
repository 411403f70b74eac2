import { alyxError } from "../../../errors.ts"
import { sqlQuery } from "../../storage/database.ts"
import type { Reader, Transaction } from "../../storage/database.ts"
import { secretHash } from "../secret-token.ts"

/** How long a code works, by what it is for. */
export const codeLifetimesMs = {
  /** Proves the address of an account. */
  verify: 24 * 60 * 60 * 1000,
  /** Makes the account of a registration, where accounts are hidden. */
  register: 24 * 60 * 60 * 1000,
  /** Sets a new password. */
  reset: 60 * 60 * 1000,
  /** Proves the address that an account changes to. */
  change_email: 60 * 60 * 1000,
  /** Makes the first admin. */
  first_admin: 60 * 60 * 1000,
  /** A sign-in through a provider that is under way: the person may have to find a password there first. */
  oauth_state: 10 * 60 * 1000,
  /** What a client turns into tokens after a sign-in through a provider. */
  oauth_exchange: 60 * 1000,
  /** A provider that is linked once the password was proven. */
  oauth_link: 10 * 60 * 1000,
} as const

export type CodePurpose = keyof typeof codeLifetimesMs

/** A code that was found. */
export interface FoundCode {
  readonly userId: string | null
  readonly data: Readonly<Record<string, unknown>>
}

/** What a code is made for. */
export interface CodeRequest {
  readonly purpose: CodePurpose
  readonly userId: string | null
  readonly data?: Readonly<Record<string, unknown>>
  readonly nowMs: number
}

/** Those that an account may hold several of, since it may be signing in on several devices. */
const purposesKept: ReadonlySet<CodePurpose> = new Set(["oauth_state", "oauth_exchange", "oauth_link"])

/**
 * Keeps a code by its hash. The newest one of a purpose replaces the older ones of the account. The secret is made
 * outside of the transaction, which may run twice.
 */
export function keepCode(transaction: Transaction, secret: string, request: CodeRequest): void {
  const { purpose, userId, data = {}, nowMs } = request
  if (userId !== null && !purposesKept.has(purpose)) dropCodes(transaction, { userId, purposes: [purpose] })
  transaction.run(
    sqlQuery(
      "INSERT INTO _alyx_auth_codes (code_hash, purpose, user_id, data, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
      [
        secretHash(secret),
        purpose,
        userId,
        JSON.stringify(data),
        new Date(nowMs).toISOString(),
        new Date(nowMs + codeLifetimesMs[purpose]).toISOString(),
      ],
    ),
  )
}

/** What a code is for, without using it up; throws INVALID_CODE. */
export function findCode(
  reader: Reader,
  { code, purpose, nowMs }: { readonly code: string; readonly purpose: CodePurpose; readonly nowMs: number },
): FoundCode {
  const row = reader.get<{ readonly user_id: string | null; readonly data: string }>(
    sqlQuery("SELECT user_id, data FROM _alyx_auth_codes WHERE code_hash = ? AND purpose = ? AND expires_at > ?", [
      secretHash(code),
      purpose,
      new Date(nowMs).toISOString(),
    ]),
  )
  if (row === undefined) throw alyxError("INVALID_CODE", { next: adviceFor(purpose) })
  return { userId: row.user_id, data: JSON.parse(row.data) as Record<string, unknown> }
}

/** A new password by mail proves the address as well, and ends the link of the older mail. */
function adviceFor(purpose: CodePurpose): string {
  const newest = "Ask for a new one; only the newest works, once."
  return purpose === "verify"
    ? `Sign in: the address may be confirmed already, by this link or by a new password that was set by mail. If not: ${newest}`
    : newest
}

/** Uses a code up: in the transaction that does what it is for. Throws INVALID_CODE. */
export function useCode(
  transaction: Transaction,
  request: { readonly code: string; readonly purpose: CodePurpose; readonly nowMs: number },
): FoundCode {
  const found = findCode(transaction, request)
  transaction.run(sqlQuery("DELETE FROM _alyx_auth_codes WHERE code_hash = ?", [secretHash(request.code)]))
  return found
}

function dropCodes(
  transaction: Transaction,
  { userId, purposes }: { readonly userId: string; readonly purposes: readonly CodePurpose[] },
): void {
  const marks = purposes.map(() => "?").join(", ")
  transaction.run(
    sqlQuery(`DELETE FROM _alyx_auth_codes WHERE user_id = ? AND purpose IN (${marks})`, [userId, ...purposes]),
  )
}

/** The member of a request that holds a code; throws INVALID_CODE for what cannot be one. */
export function readCode(value: unknown): string {
  if (typeof value === "string" && /^[\w-]{43}$/.test(value)) return value
  throw alyxError("INVALID_CODE", { message: "The code of the link is not complete.", next: "Open the link again." })
}
