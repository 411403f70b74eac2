import { alyxError } from "../../errors.ts"
import type { StoredRow } from "../../rules/rules.ts"
import { managedFields } from "../auth/user-documents.ts"
import type { JudgeFrame } from "./judge.ts"
import type { Values } from "./validate.ts"

/**
 * The fields that the auth service keeps of the documents of accounts. Whatever an update rule says, nobody but an
 * admin changes them: else whoever may change their own document could make themselves an admin.
 */
export function requireUnmanaged({ plan, accountsCollection }: JudgeFrame, row: StoredRow, values: Values): void {
  const collection = plan.collection.name
  if (collection !== accountsCollection) return
  const changed = managedFields.filter((name) => values.has(name) && values.get(name) !== row[name])
  if (changed.length === 0) return
  throw alyxError("MANAGED_FIELD", {
    message: `${changed.join(", ")} of ${collection} ${changed.length === 1 ? "is" : "are"} kept by the auth service.`,
    next: "Leave it out of the body; an address and a password are changed at /api/auth, a role by an admin.",
    details: { collection, fields: changed },
  })
}

/** Refuses a document of an account that is made past the registration, with nobody who could sign in to it. */
export function requireNoAccount({ plan, accountsCollection, caller }: JudgeFrame): void {
  const collection = plan.collection.name
  if (caller.isAdmin || collection !== accountsCollection) return
  throw alyxError("REGISTER_INSTEAD", {
    message: `Documents of ${collection} belong to accounts, which are made at /api/auth/register.`,
    next: "POST /api/auth/register.",
    details: { collection },
  })
}
