import { alyxError, isAlyxError } from "../../errors.ts"
import type { Caller } from "../caller.ts"
import type { Transaction } from "../storage/database.ts"
import { findAccount, findAccountByEmail, insertAccountRow } from "./accounts.ts"
import type { Account } from "./accounts.ts"
import { nowIso } from "./auth.ts"
import type { AuthParts } from "./auth.ts"
import type { EmailAddress } from "./email-address.ts"

/** An account that is to be made. */
export interface NewAccount {
  /** Who asks: the create rule of the users collection is judged for them. */
  readonly caller: Caller
  readonly address: EmailAddress
  readonly passwordHash: string | null
  readonly role: string
  readonly isVerified: boolean
  /** The other fields of the users collection. */
  readonly values: Readonly<Record<string, unknown>>
}

/** Makes an account and its document, in one transaction: both or none. Throws EMAIL_TAKEN, and what a create would. */
export function makeAccount(
  transaction: Transaction,
  parts: Pick<AuthParts, "schemas" | "clock" | "ids" | "documents">,
  { caller, address, passwordHash, role, isVerified, values }: NewAccount,
): Account {
  const id = parts.ids.next(parts.clock.now())
  const document = {
    schema: parts.schemas.current,
    caller,
    id,
    email: address.email,
    role,
    verified: isVerified,
    values,
  }
  try {
    // First, so that what is wrong with the request is told whether the address is known or not.
    parts.documents.insert(transaction, document)
  } catch (error) {
    throw isConflictOfAddress(error) ? emailTaken(error) : error
  }
  if (findAccountByEmail(transaction, address) !== undefined) throw emailTaken()
  insertAccountRow(transaction, { id, address, passwordHash, role, isVerified, nowIso: nowIso(parts) })
  return findAccount(transaction, id)!
}

/** A document without an account may have the address already. */
function isConflictOfAddress(error: unknown): boolean {
  if (!isAlyxError(error, "UNIQUE_CONFLICT")) return false
  const fields = error.details?.["fields"]
  return Array.isArray(fields) && fields.length === 1 && fields[0] === "email"
}

/** The address belongs to somebody. */
export function emailTaken(cause?: unknown): Error {
  return alyxError("EMAIL_TAKEN", {
    next: "Sign in at POST /api/auth/login, or ask for a new password at POST /api/auth/reset.",
    ...(cause === undefined ? {} : { cause }),
  })
}
