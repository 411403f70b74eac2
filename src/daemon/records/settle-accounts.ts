import { alyxError } from "../../errors.ts"
import type { StoredRow } from "../../rules/rules.ts"
import type { Schema } from "../../schema/schema.ts"
import { defaultRole, deleteAccountRow, findAccount, findAccountByEmail, insertAccountRow } from "../auth/accounts.ts"
import type { Account, AccountChanges } from "../auth/accounts.ts"
import { changeAccountAlone } from "../auth/change-account.ts"
import { parseEmailAddress } from "../auth/email-address.ts"
import type { EmailAddress } from "../auth/email-address.ts"
import { emailTaken } from "../auth/make-account.ts"
import { isRoleName, roleRule } from "../auth/role-name.ts"
import { latestSeq } from "../storage/changes.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Transaction } from "../storage/database.ts"
import { collectionPlan } from "./collection-plan.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import type { RecordParts } from "./records.ts"

/** A write on documents whose consequences for accounts are settled before it commits. */
export interface SettledWrite<Result> {
  readonly result: Result
  /** Whether an account changed or ended: whoever holds one looks again. */
  readonly hasChanged: boolean
}

/**
 * Runs a write, and then brings accounts to what it did to their documents, in the same transaction: a document that is
 * gone, also by a cascade, ends its account; one that an admin made brings an account without a password; managed
 * fields that an admin wrote are the account's from now on. What was done is read from the log of changes.
 */
export function settleAccounts<Result>(
  parts: Pick<RecordParts, "accountsCollection" | "limits" | "clock">,
  { transaction, schema, collection }: WriteFrame,
  work: (transaction: Transaction) => Result,
): SettledWrite<Result> {
  const name = parts.accountsCollection
  if (name === null || !mayReachAccounts(schema, name, collection))
    return { result: work(transaction), hasChanged: false }
  const seq = latestSeq(transaction)
  const result = work(transaction)
  const changes = transaction.all<{ id: string; isNew: 0 | 1 }>(sqlQuery(changedSql, [seq, name]))
  if (changes.length === 0) return { result, hasChanged: false }
  const plan = collectionPlan(parts.limits, schema, name)
  const nowIso = new Date(parts.clock.now()).toISOString()
  let hasChanged = false
  for (const { id, isNew } of changes) {
    if (settle(transaction, { plan, id, isNew: isNew === 1, nowIso })) hasChanged = true
  }
  return { result, hasChanged }
}

/** Where a write happens. */
interface WriteFrame {
  readonly transaction: Transaction
  readonly schema: Schema
  /** Null for several. */
  readonly collection: string | null
}

const reachingBySchema = new WeakMap<Schema, Map<string, ReadonlySet<string>>>()

/** Whether a write in a collection can change documents of accounts: in their own, or by a cascade from another. */
function mayReachAccounts(schema: Schema, name: string, collection: string | null): boolean {
  const type = schema.collections.get(name)?.primaryKey.type
  if (type !== "uuid" && type !== "string") return false
  if (collection === null || collection === name) return true
  const known = reachingBySchema.get(schema) ?? new Map<string, ReadonlySet<string>>()
  reachingBySchema.set(schema, known)
  const reaching = known.get(name) ?? collectionsReaching(schema, name)
  known.set(name, reaching)
  return reaching.has(collection)
}

/** A document goes, or a reference in it becomes null, with the one that it references. */
function collectionsReaching(schema: Schema, name: string): ReadonlySet<string> {
  const reaching = new Set([name])
  for (const reached of reaching) {
    for (const { references } of schema.collections.get(reached)?.fields.values() ?? []) {
      if (references !== null && references.onDelete !== "restrict") reaching.add(references.collection)
    }
  }
  return reaching
}

const changedSql = `SELECT doc_id AS id, max(operation = 'insert') AS isNew FROM "_alyx_changes"
  WHERE seq > ? AND collection = ? GROUP BY doc_id ORDER BY min(seq)`

interface Document {
  readonly plan: CollectionPlan
  readonly id: string
  readonly isNew: boolean
  readonly nowIso: string
}

/** Compares a document with its account as both are now; says whether the account changed. */
function settle(transaction: Transaction, { plan, id, isNew, nowIso }: Document): boolean {
  const row = transaction.get<StoredRow>(sqlQuery(plan.writes.rowSql, [id]))
  const account = findAccount(transaction, id)
  if (row === undefined) return account !== undefined && deleteAccountRow(transaction, id)
  if (account === undefined) {
    // Documents that were there before accounts were, or that a seed brought, belong to nobody.
    if (isNew) insertAccountRow(transaction, newAccount(transaction, { plan, row, id, nowIso }))
    return isNew
  }
  const changes = changesOf(row, account)
  if (Object.keys(changes).length === 0) return false
  changeAccountAlone(transaction, { id, nowIso, changes })
  return true
}

function newAccount(
  transaction: Transaction,
  { plan, row, id, nowIso }: Omit<Document, "isNew"> & { readonly row: StoredRow },
): Parameters<typeof insertAccountRow>[1] {
  if (!plan.collection.fields.has("email")) {
    throw alyxError("REGISTER_INSTEAD", {
      message: `${plan.collection.name} has no field for the address that an account needs.`,
      next: "Make the account at POST /api/admin/users, with the other fields of its document.",
    })
  }
  const address = addressOf(row)
  if (findAccountByEmail(transaction, address) !== undefined) throw emailTaken()
  const role = row["role"] === undefined || row["role"] === null ? defaultRole : roleOf(row)
  return { id, address, passwordHash: null, role, isVerified: row["verified"] === 1, nowIso }
}

/** What the document says of the account that the account does not say; fields that it lacks say nothing. */
function changesOf(row: StoredRow, account: Account): AccountChanges {
  const { email, role, verified } = row
  return {
    ...(email === undefined || email === account.email ? {} : { email: addressOf(row) }),
    ...(role === undefined || role === null || role === account.role ? {} : { role: roleOf(row) }),
    ...(typeof verified !== "number" || (verified === 1) === account.isVerified ? {} : { isVerified: verified === 1 }),
  }
}

function addressOf({ email }: StoredRow): EmailAddress {
  const address = parseEmailAddress(email)
  if (address !== null) return address
  throw invalid("email", "email must be an email address: it is what the account signs in with.")
}

function roleOf({ role }: StoredRow): string {
  if (isRoleName(role)) return role
  throw invalid("role", `role must be ${roleRule}.`)
}

function invalid(field: string, message: string): Error {
  return alyxError("VALIDATION_ERROR", {
    message,
    details: { fields: { [field]: [{ code: "INVALID_FORMAT", message }] } },
  })
}
