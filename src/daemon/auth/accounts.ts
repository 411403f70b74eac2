import type { JsonValue } from "../../schema/schema.ts"
import type { AccountView } from "../../protocol/auth-api.ts"
import type { RuleAuth } from "../../rules/rules.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Reader, Transaction } from "../storage/database.ts"
import { systemTables } from "../storage/system-tables.ts"
import type { SystemRow, SystemRowChange } from "../storage/system-tables.ts"
import type { EmailAddress } from "./email-address.ts"

/** The role of an account that nobody said anything about, and the one that passes every rule. */
export const defaultRole = "user"
export const adminRole = "admin"

/** A person who can sign in. */
export interface Account {
  readonly id: string
  readonly email: string
  readonly emailKey: string
  /** A PHC string; null for an account without a password. */
  readonly passwordHash: string | null
  readonly role: string
  readonly isVerified: boolean
  readonly metadata: Readonly<Record<string, JsonValue>>
  readonly createdAt: string
  readonly updatedAt: string
  readonly lastSignInAt: string | null
}

/** What can change of an account. */
export interface AccountChanges {
  readonly email?: EmailAddress
  /** Null takes the password away. */
  readonly passwordHash?: string | null
  readonly role?: string
  readonly isVerified?: boolean
  readonly metadata?: Readonly<Record<string, JsonValue>>
}

/** An account as it is stored. */
export type UserRow = SystemRow<"_alyx_users">

const byIdSql = systemTables.selectFrom("_alyx_users").selectAll().where("id", "=", "").compile().sql
const byKeySql = systemTables.selectFrom("_alyx_users").selectAll().where("email_key", "=", "").compile().sql

/** Reads an account; undefined when there is none. */
export function findAccount(reader: Reader, id: string): Account | undefined {
  return accountOf(reader.get(sqlQuery<UserRow>(byIdSql, [id])))
}

/** Reads the account of an address; undefined when there is none. */
export function findAccountByEmail(reader: Reader, address: EmailAddress): Account | undefined {
  return accountOf(reader.get(sqlQuery<UserRow>(byKeySql, [address.key])))
}

/** Writes a new account; throws the engine's conflict when its address is taken, so look first. */
export function insertAccountRow(
  transaction: Transaction,
  account: {
    readonly id: string
    readonly address: EmailAddress
    readonly passwordHash: string | null
    readonly role: string
    readonly isVerified: boolean
    readonly nowIso: string
  },
): void {
  const { id, address, passwordHash, role, isVerified, nowIso } = account
  const row = {
    id,
    email: address.email,
    email_key: address.key,
    password_hash: passwordHash,
    role,
    verified: isVerified ? 1 : 0,
    created_at: nowIso,
    updated_at: nowIso,
  } as const
  transaction.run(systemTables.insertInto("_alyx_users").values(row).compile())
}

/** Changes an account's row; false when there is no such account. */
export function updateAccountRow(
  transaction: Transaction,
  change: { readonly id: string; readonly nowIso: string; readonly changes: AccountChanges },
): boolean {
  const { email, passwordHash, role, isVerified, metadata } = change.changes
  const row: SystemRowChange<"_alyx_users"> = {
    updated_at: change.nowIso,
    ...(email === undefined ? {} : { email: email.email, email_key: email.key }),
    ...(passwordHash === undefined ? {} : { password_hash: passwordHash }),
    ...(role === undefined ? {} : { role }),
    ...(isVerified === undefined ? {} : { verified: isVerified ? 1 : 0 }),
    ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }),
  }
  const query = systemTables.updateTable("_alyx_users").set(row).where("id", "=", change.id)
  return transaction.run(query.compile()).changes > 0
}

/** Deletes an account's row, and with it sessions, tokens, codes and providers; false when there is no such account. */
export function deleteAccountRow(transaction: Transaction, id: string): boolean {
  return transaction.run(systemTables.deleteFrom("_alyx_users").where("id", "=", id).compile()).changes > 0
}

/** An account as its owner and admins see it. */
export function accountView(account: Account): AccountView {
  return {
    id: account.id,
    email: account.email,
    role: account.role,
    verified: account.isVerified,
    metadata: account.metadata,
    created_at: account.createdAt,
    updated_at: account.updatedAt,
  }
}

/** `auth` in rules. */
export function authOfAccount({ id, email, role, isVerified, metadata }: Account): RuleAuth {
  return Object.freeze({ id, email, role, verified: isVerified, metadata: frozen(metadata) })
}

function accountOf(row: UserRow | undefined): Account | undefined {
  return row === undefined ? undefined : accountOfRow(row)
}

/** The account that a row holds. */
export function accountOfRow(row: UserRow): Account {
  return {
    id: row.id,
    email: row.email,
    emailKey: row.email_key,
    passwordHash: row.password_hash,
    role: row.role,
    isVerified: row.verified === 1,
    metadata: JSON.parse(row.metadata) as Record<string, JsonValue>,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastSignInAt: row.last_sign_in_at,
  }
}

/** What rules see is shared by all requests of a session. */
function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value
  for (const member of Object.values(value)) frozen(member)
  return Object.freeze(value)
}
