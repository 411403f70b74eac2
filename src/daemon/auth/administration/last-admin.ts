import { alyxError } from "../../../errors.ts"
import type { Caller } from "../../caller.ts"
import type { Reader } from "../../storage/database.ts"
import { sqlQuery } from "../../storage/database.ts"
import { adminRole } from "../accounts.ts"
import type { Account } from "../accounts.ts"

const otherAdminSql = `SELECT 1 AS found FROM "_alyx_users" WHERE role = ? AND id <> ? LIMIT 1`

/**
 * Refuses to take the role from the last admin, or to end that account: nobody could give it back. The owner may, who can
 * make another one on the machine.
 */
export function requireOtherAdmin(reader: Reader, { account, caller }: { account: Account; caller: Caller }): void {
  if (account.role !== adminRole || caller.owner) return
  if (reader.get(sqlQuery(otherAdminSql, [adminRole, account.id])) !== undefined) return
  throw alyxError("CONFLICT", {
    message: `${account.email} is the only admin that there is.`,
    next: "Make another account an admin first.",
  })
}

/** Refuses what has ended the last admin, or has taken the role, wherever it was written. */
export function requireAdminLeft(reader: Reader): void {
  if (hasAdmin(reader)) return
  throw alyxError("CONFLICT", {
    message: "Nobody would be an admin any more.",
    next: "Make another account an admin first.",
  })
}

/** True when somebody is an admin. */
export function hasAdmin(reader: Reader): boolean {
  return reader.get(sqlQuery(otherAdminSql, [adminRole, ""])) !== undefined
}
