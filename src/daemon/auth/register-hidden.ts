import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"

import { isAlyxError } from "../../errors.ts"
import type { ErrorCode } from "../../errors.ts"
import type { Caller } from "../caller.ts"
import { anonymous } from "../callers.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Reader, Transaction } from "../storage/database.ts"
import { defaultRole, findAccountByEmail } from "./accounts.ts"
import type { AuthParts } from "./auth.ts"
import { findCode, keepCode, useCode } from "./codes/one-time-codes.ts"
import type { FoundCode } from "./codes/one-time-codes.ts"
import { parseEmailAddress } from "./email-address.ts"
import type { EmailAddress } from "./email-address.ts"
import { makeAccount } from "./make-account.ts"
import type { NewAccount } from "./make-account.ts"
import { newSecret } from "./secret-token.ts"

/** Ends a transaction that was only to show what it would have come to. */
class TriedOut extends Error {}

/** A commit like that of a registration which is kept: its time is part of the answer's. */
const touchSql = `UPDATE "_alyx_users" SET email_key = email_key WHERE email_key = ?`

/**
 * A registration where accounts are hidden. Nothing is made of it until the link of a mail is opened: an account, or a
 * value in another unique field of its document, could be asked for by the next registration. Throws what is wrong with
 * it, which is the same for an address that is known; its owner is told by another mail.
 */
export async function registerHidden(parts: AuthParts, asked: NewAccount): Promise<void> {
  const { caller, address, passwordHash, values } = asked
  await tryOut(parts, asked, ["EMAIL_TAKEN"])
  // Once more as somebody else: else a value that is taken elsewhere would tell one address from the other.
  const other = { ...asked, caller: admitted(caller), address: another(address) }
  // What a validation says of the made-up address is nobody's fault.
  await tryOut(parts, other, ["VALIDATION_ERROR"])
  const secret = newSecret()
  const known = await parts.database.write(
    (transaction) => {
      const account = findAccountByEmail(transaction, address)
      const data = { email: address.email, passwordHash, values }
      if (account !== undefined) transaction.run(sqlQuery(touchSql, [address.key]))
      else keepCode(transaction, secret, { purpose: "register", userId: null, data, nowMs: parts.clock.now() })
      return account
    },
    { requestId: caller.requestId },
  )
  if (known === undefined) parts.mails.registrationAsked(address, secret)
  else parts.mails.addressKnown(known)
}

/** The registration that a link belongs to; undefined when it is none, or has ended. */
export function findRegistration(
  reader: Reader,
  { clock }: Pick<AuthParts, "clock">,
  code: string,
): FoundCode | undefined {
  try {
    return findCode(reader, { code, purpose: "register", nowMs: clock.now() })
  } catch (error) {
    if (isAlyxError(error, "INVALID_CODE")) return undefined
    throw error
  }
}

/** Gives up a registration. */
export function dropRegistration(transaction: Transaction, { clock }: Pick<AuthParts, "clock">, code: string): void {
  useCode(transaction, { code, purpose: "register", nowMs: clock.now() })
}

/** Makes the account of a registration for who has opened its link; throws when it has become impossible meanwhile. */
export function completeRegistration(
  transaction: Transaction,
  parts: AuthParts,
  { caller, code }: { readonly caller: Caller; readonly code: string },
): void {
  const { data } = useCode(transaction, { code, purpose: "register", nowMs: parts.clock.now() })
  const { email, passwordHash, values } = data as unknown as KeptRegistration
  const address = parseEmailAddress(email)
  assert(address !== null, "it was an address when it was kept")
  makeAccount(transaction, parts, {
    caller: admitted(caller),
    address,
    passwordHash,
    role: defaultRole,
    isVerified: true,
    values,
  })
}

/** What the code of a registration remembers. */
interface KeptRegistration {
  readonly email: string
  readonly passwordHash: string
  readonly values: Readonly<Record<string, unknown>>
}

/** Makes an account and takes it back; throws what was wrong with it, but for what may be. */
async function tryOut(parts: AuthParts, asked: NewAccount, mayBe: readonly ErrorCode[]): Promise<void> {
  const work = (transaction: Transaction): never => {
    makeAccount(transaction, parts, asked)
    throw new TriedOut()
  }
  await parts.database.write(work, { requestId: asked.caller.requestId }).catch((error: unknown) => {
    if (!(error instanceof TriedOut) && !mayBe.some((code) => isAlyxError(error, code))) throw error
  })
}

/** Rules have let the caller with the true address: they are not asked again. */
function admitted(caller: Caller): Caller {
  return { ...caller, ...anonymous, isAdmin: true }
}

/** An address of the same domain and length, as far as it can be, that nobody has. */
function another({ email }: EmailAddress): EmailAddress {
  const name = randomBytes(8).toString("hex")
  const made = parseEmailAddress(name + email.slice(email.lastIndexOf("@")))
  assert(made !== null, "a name of letters and digits is valid wherever the address was")
  return made
}
