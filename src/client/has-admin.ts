import type { UsersResponse } from "../protocol/auth-api.ts"
import type { DaemonClient } from "./daemon-client.ts"

/** Says whether any account has the role admin. */
export async function hasAdmin(client: DaemonClient): Promise<boolean> {
  return (await client.get<UsersResponse>("/api/admin/users?role=admin&limit=1")).total > 0
}

/** What the owner is told who took the role from the last one, or ended it. */
export const noAdminIsLeft =
  "No admin is left: nobody reaches /api/admin from elsewhere. To make one: alyx auth create-admin --email <address>"
