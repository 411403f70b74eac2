import { alyxError } from "../../errors.ts"
import type { StoredRow } from "../../rules/rules.ts"
import { managedFields } from "../auth/user-documents.ts"
import { isFullAdmin } from "../caller.ts"
import type { JudgeFrame } from "./judge.ts"
import type { Values } from "./validate.ts"

/**
 * The fields that the auth service keeps of the documents of accounts. Whatever an update rule says, nobody but an
 * admin changes them: else whoever may change their own document could make themselves an admin. Neither does an API key
 * that is limited: it could make an admin without limits.
 */
export function requireUnmanaged({ plan, accountsCollection, caller }: JudgeFrame, change: ManagedChange): void {
  const collection = plan.collection.name
  if (isFullAdmin(caller) || collection !== accountsCollection) return
  const { row, values } = change
  const changed = managedFields.filter((name) => values.has(name) && values.get(name) !== row?.[name])
  if (changed.length === 0) return
  throw alyxError("MANAGED_FIELD", {
    message: `${changed.join(", ")} of ${collection} ${changed.length === 1 ? "is" : "are"} kept by the auth service.`,
    next: "Leave it out of the body; an address and a password are changed at /api/auth, a role by an admin.",
    details: { collection, fields: changed },
  })
}

/** What is written to a document, and what stands there; undefined where nothing does. */
interface ManagedChange {
  readonly row: StoredRow | undefined
  readonly values: Values
}

/** The change of an address with what follows from it: nobody has proven the new one, unless the same change says so. */
export function withUnproven({ plan, accountsCollection }: Omit<JudgeFrame, "caller">, change: ManagedChange): Values {
  const { row, values } = change
  if (plan.collection.name !== accountsCollection || !values.has("email") || values.has("verified")) return values
  if (row?.["verified"] !== 1 || row["email"] === values.get("email")) return values
  return new Map([...values, ["verified", 0]])
}

/** Refuses a document of an account that is made past the registration, with nobody who could sign in to it. */
export function requireNoAccount({ plan, accountsCollection, caller }: JudgeFrame): void {
  const collection = plan.collection.name
  if (isFullAdmin(caller) || collection !== accountsCollection) return
  throw alyxError("REGISTER_INSTEAD", {
    message: `Documents of ${collection} belong to accounts, which are made at /api/auth/register.`,
    next: "POST /api/auth/register.",
    details: { collection },
  })
}
