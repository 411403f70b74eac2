import { alyxError, isAlyxError } from "../../errors.ts"
import type { SignedInResponse, SignInRequest } from "../../protocol/auth-api.ts"
import { findAccount, findAccountByEmail, updateAccountRow } from "./accounts.ts"
import type { Account } from "./accounts.ts"
import { nowIso } from "./auth.ts"
import type { AuthParts, AuthRequest } from "./auth.ts"
import { beginSession, signedInAnswer } from "./begin-session.ts"
import { parseEmailAddress } from "./email-address.ts"
import { isTooLong } from "./passwords/password-policy.ts"

/** Begins a session for who knows an address and its password. */
export async function signIn(parts: AuthParts, request: AuthRequest<SignInRequest>): Promise<SignedInResponse> {
  const { caller, body } = request
  const address = parseEmailAddress(body.email)
  const key = address?.key ?? body.email
  parts.limits.login.require({ caller, account: key })
  const found = address === null ? undefined : parts.database.read((reader) => findAccountByEmail(reader, address))
  const proven = await provenAccount(parts, { account: found, password: body.password })
  // Where accounts are hidden a password alone opens none: else whoever registers an address could tell by signing in.
  if (parts.config().auth.hideAccounts && !proven.account.isVerified) throw invalidCredentials()
  const { account, session } = await parts.database.write(
    (transaction) => {
      const current = findAccount(transaction, proven.account.id)
      // It may have changed while the hash was computed.
      if (current === undefined || current.passwordHash !== proven.account.passwordHash) throw invalidCredentials()
      const { newHash: passwordHash } = proven
      if (passwordHash !== null) {
        updateAccountRow(transaction, { id: current.id, nowIso: nowIso(parts), changes: { passwordHash } })
      }
      return { account: current, session: beginSession(transaction, parts, { accountId: current.id, request }) }
    },
    { requestId: caller.requestId },
  )
  parts.limits.login.succeeded({ caller, account: key })
  return signedInAnswer(parts, { account, session, caller })
}

/** An account whose password was given. */
interface ProvenAccount {
  readonly account: Account
  /** The same password at today's cost, where it was kept at another one. */
  readonly newHash: string | null
}

/**
 * Verifies the password of an account; throws INVALID_CREDENTIALS when it is wrong. Where there is no account, or it has
 * no password, as much is computed and the answer is the same.
 */
export async function provenAccount(
  { passwords }: Pick<AuthParts, "passwords">,
  { account, password }: { readonly account: Account | undefined; readonly password: string },
): Promise<ProvenAccount> {
  if (isTooLong(password)) throw invalidCredentials()
  const { isRight, isOutdated } = await passwords.verify(password, account?.passwordHash ?? null)
  if (!isRight || account === undefined) throw invalidCredentials()
  return { account, newHash: isOutdated ? await hashIfThereIsTime(passwords, password) : null }
}

/** The hash of before will do until there is less to do. */
async function hashIfThereIsTime(passwords: AuthParts["passwords"], password: string): Promise<string | null> {
  try {
    return await passwords.hash(password)
  } catch (error) {
    if (isAlyxError(error, "RATE_LIMITED")) return null
    throw error
  }
}

/** One answer for every reason. */
export function invalidCredentials(): Error {
  return alyxError("INVALID_CREDENTIALS")
}
