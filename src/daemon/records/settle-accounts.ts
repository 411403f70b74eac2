import { alyxError } from "../../errors.ts"
import type { StoredRow } from "../../rules/rules.ts"
import type { Schema } from "../../schema/schema.ts"
import { requireAdminLeft } from "../auth/administration/last-admin.ts"
import {
  adminRole,
  defaultRole,
  deleteAccountRow,
  findAccount,
  findAccountByEmail,
  insertAccountRow,
} from "../auth/accounts.ts"
import type { Account, AccountChanges } from "../auth/accounts.ts"
import { changeAccountAlone } from "../auth/change-account.ts"
import { parseEmailAddress } from "../auth/email-address.ts"
import type { EmailAddress } from "../auth/email-address.ts"
import { emailTaken } from "../auth/make-account.ts"
import { isRoleName, roleRule } from "../auth/role-name.ts"
import type { ManagedField } from "../auth/user-documents.ts"
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
 * fields that an admin wrote are the account's from now on. What was done is read from the log of changes. Throws
 * CONFLICT when nobody would be an admin any more.
 */
export function settleAccounts<Result>(
  parts: Pick<RecordParts, "accountsCollection" | "limits" | "clock">,
  { transaction, schema, collection, isOwner }: WriteFrame,
  work: (transaction: Transaction) => Result,
): SettledWrite<Result> {
  const name = parts.accountsCollection
  if (name === null || !mayReachAccounts(schema, name, collection))
    return { result: work(transaction), hasChanged: false }
  const seq = latestSeq(transaction)
  const result = work(transaction)
  const touched = touchedSince(transaction, { seq, name })
  if (touched.size === 0) return { result, hasChanged: false }
  const plan = collectionPlan(parts.limits, schema, name)
  const nowIso = new Date(parts.clock.now()).toISOString()
  const settled = [...touched].map(([id, changes]) => settle(transaction, { plan, id, changes, nowIso }))
  if (!isOwner && settled.includes("admin-lost")) requireAdminLeft(transaction)
  return { result, hasChanged: settled.some((outcome) => outcome !== "same") }
}

/** Where a write happens. */
interface WriteFrame {
  readonly transaction: Transaction
  readonly schema: Schema
  /** Null for several. */
  readonly collection: string | null
  /** The owner of the project may end the last admin, and make another one. */
  readonly isOwner: boolean
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

/** What a write did to one document. */
interface DocumentChanges {
  isNew: boolean
  /** Managed fields that it changed: what else the document says of the account may be older than the account. */
  readonly fields: Set<string>
}

const changedSql = `SELECT doc_id AS id, operation, changed_fields AS fields FROM "_alyx_changes"
  WHERE seq > ? AND collection = ? ORDER BY seq`

function touchedSince(
  transaction: Transaction,
  { seq, name }: { readonly seq: number; readonly name: string },
): ReadonlyMap<string, DocumentChanges> {
  const touched = new Map<string, DocumentChanges>()
  const query = sqlQuery<{ id: string; operation: string; fields: string | null }>(changedSql, [seq, name])
  for (const { id, operation, fields } of transaction.all(query)) {
    const changes = touched.get(id) ?? { isNew: false, fields: new Set() }
    if (operation === "insert") changes.isNew = true
    for (const field of fields === null ? [] : (JSON.parse(fields) as string[])) changes.fields.add(field)
    touched.set(id, changes)
  }
  return touched
}

interface Document {
  readonly plan: CollectionPlan
  readonly id: string
  readonly changes: DocumentChanges
  readonly nowIso: string
}

/** What became of an account. */
type Settled = "same" | "changed" | "admin-lost"

/** Brings an account to what its document says now. */
function settle(transaction: Transaction, { plan, id, changes, nowIso }: Document): Settled {
  const row = transaction.get<StoredRow>(sqlQuery(plan.writes.rowSql, [id]))
  const account = findAccount(transaction, id)
  if (row === undefined) {
    if (account === undefined) return "same"
    deleteAccountRow(transaction, id)
    return account.role === adminRole ? "admin-lost" : "changed"
  }
  if (account === undefined) {
    // Documents that were there before accounts were, that a seed brought, or that have no address belong to nobody.
    if (!changes.isNew || (row["email"] ?? null) === null) return "same"
    insertAccountRow(transaction, newAccount(transaction, { row, id, nowIso }))
    return "changed"
  }
  const toAccount = changesOf(row, account, changes)
  if (Object.keys(toAccount).length === 0) return "same"
  changeAccountAlone(transaction, { id, nowIso, changes: toAccount })
  return account.role === adminRole && (toAccount.role ?? adminRole) !== adminRole ? "admin-lost" : "changed"
}

function newAccount(
  transaction: Transaction,
  { row, id, nowIso }: Pick<Document, "id" | "nowIso"> & { readonly row: StoredRow },
): Parameters<typeof insertAccountRow>[1] {
  const address = addressOf(row)
  if (findAccountByEmail(transaction, address) !== undefined) throw emailTaken()
  const role = row["role"] === undefined || row["role"] === null ? defaultRole : roleOf(row)
  return { id, address, passwordHash: null, role, isVerified: row["verified"] === 1, nowIso }
}

/** What was written to the document of the account, and the account does not say yet. */
function changesOf(row: StoredRow, account: Account, { isNew, fields }: DocumentChanges): AccountChanges {
  const { email, role, verified } = row
  const isWritten = (name: ManagedField): boolean => (isNew || fields.has(name)) && row[name] !== undefined
  const isMoved = isWritten("email") && email !== account.email
  return {
    ...(isMoved ? { email: addressOf(row) } : {}),
    // Where the document does not say it, nobody has proven the new address.
    ...(isMoved && verified === undefined && account.isVerified ? { isVerified: false } : {}),
    ...(!isWritten("role") || role === null || role === account.role ? {} : { role: roleOf(row) }),
    ...(!isWritten("verified") || (verified === 1) === account.isVerified ? {} : { isVerified: verified === 1 }),
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
