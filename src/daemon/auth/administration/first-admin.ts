import { alyxError, isAlyxError } from "../../../errors.ts"
import type { AlyxError } from "../../../errors.ts"
import { isRequiredOnCreate } from "../../../schema/document.ts"
import type { Field } from "../../../schema/schema.ts"
import type { Caller } from "../../caller.ts"
import { administrator } from "../../callers.ts"
import type { Reader } from "../../storage/database.ts"
import { sqlQuery } from "../../storage/database.ts"
import { adminRole } from "../accounts.ts"
import type { Account } from "../accounts.ts"
import { writeAccounts } from "../auth.ts"
import type { AuthParts } from "../auth.ts"
import { findCode, keepCode, useCode } from "../codes/one-time-codes.ts"
import { parseEmailAddress } from "../email-address.ts"
import { makeAccount } from "../make-account.ts"
import { publicUrl } from "../mail/links.ts"
import { requireGoodPassword } from "../new-password.ts"
import { notAnAddress } from "../addresses/reset-password.ts"
import { newSecret } from "../secret-token.ts"
import { managedFields } from "../user-documents.ts"
import { hasAdmin } from "./last-admin.ts"

/** The page that the link leads to. */
export const firstAdminPath = "/api/auth/first-admin"

const purpose = "first_admin"

/**
 * Makes a link by which whoever reads the log makes the first admin; it works once, for an hour, and ends the one of the
 * start before. Null where there is an admin.
 */
export async function offerFirstAdmin(parts: AuthParts): Promise<string | null> {
  const secret = newSecret()
  const isOffered = await parts.database.write((transaction) => {
    transaction.run(sqlQuery(`DELETE FROM "_alyx_auth_codes" WHERE purpose = ?`, [purpose]))
    if (hasAdmin(transaction)) return false
    keepCode(transaction, secret, { purpose, userId: null, nowMs: parts.clock.now() })
    return true
  })
  if (!isOffered) return null
  const url = publicUrl(parts, firstAdminPath)
  url.searchParams.set("token", secret)
  return url.href
}

/** The texts that the users collection wants of every document; whatever else it wants, a page cannot ask for. */
export function neededTexts({ config, schemas }: Pick<AuthParts, "config" | "schemas">): readonly Field[] {
  const collection = schemas.current.collections.get(config().auth.collection)
  const managed: ReadonlySet<string> = new Set(managedFields)
  return [...(collection?.fields.values() ?? [])].filter(
    (field) =>
      (field.type === "string" || field.type === "text") &&
      isRequiredOnCreate(field) &&
      !field.primary &&
      !managed.has(field.name),
  )
}

/** Says whether the link still leads anywhere; throws INVALID_CODE when not. */
export function requireFirstAdminCode(reader: Reader, { clock }: Pick<AuthParts, "clock">, code: string): void {
  if (hasAdmin(reader)) throw alyxError("INVALID_CODE", { message: "There is an admin already.", next: "Sign in." })
  findCode(reader, { code, purpose, nowMs: clock.now() })
}

/** Makes the first admin by the code of the link, in the owner's name: the log is theirs. */
export async function makeFirstAdmin(
  parts: AuthParts,
  asked: {
    readonly caller: Caller
    readonly code: string
    readonly email: unknown
    readonly password: unknown
    /** The other fields of the users collection. */
    readonly values: Readonly<Record<string, unknown>>
  },
): Promise<Account> {
  const { code, values } = asked
  const caller: Caller = { ...asked.caller, ...administrator }
  const address = parseEmailAddress(asked.email)
  if (address === null) throw notAnAddress("email", asked.email)
  const password = requireGoodPassword(parts, { name: "password", password: asked.password })
  // Nobody makes the server hash passwords by codes that they made up.
  parts.database.read((reader) => requireFirstAdminCode(reader, parts, code))
  const passwordHash = await parts.passwords.hash(password)
  return writeAccounts(parts, caller, (transaction) => {
    requireFirstAdminCode(transaction, parts, code)
    useCode(transaction, { code, purpose, nowMs: parts.clock.now() })
    const account = { caller, address, passwordHash, role: adminRole, isVerified: true, values }
    try {
      return makeAccount(transaction, parts, account)
    } catch (error) {
      throw isAlyxError(error, "VALIDATION_ERROR") ? needsFields(error) : error
    }
  })
}

/** The page asks for what every account has, and for texts; the users collection may want more. */
function needsFields({ message, details, cause }: AlyxError): Error {
  return alyxError("VALIDATION_ERROR", {
    message,
    next: `If it is about a field that the page does not ask for, make the admin in the folder of the project: alyx auth create-admin --email … --data '{"…":"…"}'`,
    ...(details === undefined ? {} : { details }),
    cause,
  })
}
