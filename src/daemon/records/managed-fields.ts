import { alyxError } from "../../errors.ts"
import type { StoredRow } from "../../rules/rules.ts"
import { managedFields } from "../auth/user-documents.ts"
import { isFullAdmin } from "../caller.ts"
import type { JudgeFrame } from "./judge.ts"
import { isInScope } from "./key-scope.ts"
import type { Values } from "./validate.ts"

/**
 * The fields that the auth service keeps of the documents of accounts. Whatever an update rule says, nobody but an
 * admin changes them: else whoever may change their own document could make themselves an admin. Neither does an API key
 * that is limited: it could make an admin without limits. The value that stands there changes nothing, and goes where
 * the caller may read it: elsewhere the answer would confirm a guess.
 */
export function requireUnmanaged(frame: JudgeFrame, change: ManagedChange): void {
  const { plan, accountsCollection, caller } = frame
  const collection = plan.collection.name
  if (isFullAdmin(caller) || collection !== accountsCollection) return
  const { row, values } = change
  const isKnownToStand = (name: string): boolean =>
    values.get(name) === row?.[name] && isFieldReadable(frame, name, row)
  const changed = managedFields.filter((name) => values.has(name) && !isKnownToStand(name))
  if (changed.length === 0) return
  throw alyxError("MANAGED_FIELD", {
    message: `${changed.join(", ")} of ${collection} ${changed.length === 1 ? "is" : "are"} kept by the auth service.`,
    next: "Leave it out of the body; an address and a password are changed at /api/auth, a role by an admin.",
    details: { collection, fields: changed },
  })
}

function isFieldReadable({ plan, caller }: JudgeFrame, name: string, row: StoredRow | undefined): boolean {
  const { collection, fields, rules } = plan
  if (row === undefined || !fields.has(name) || !isInScope(caller, collection.name, "read")) return false
  return caller.isAdmin || rules.fields.get(name)?.read?.holds(caller, { doc: row }) !== false
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
