import type { DaemonClient } from "../client/daemon-client.ts"
import { isAlyxError } from "../errors.ts"
import { isLoopbackHost } from "../lib/loopback-host.ts"
import type { UsersResponse } from "../protocol/auth-api.ts"
import type { CheckSurroundings, Finding } from "./check.ts"
import { fine } from "./check.ts"

const title = "Access"

/** Whether rules decide anything, and whether tokens survive where others can reach the server. */
export function checkAccess({ config }: Pick<CheckSurroundings, "config">): Finding | undefined {
  if (config === null) return undefined
  const { server, auth } = config
  if (server.insecureOpen) {
    return {
      title,
      status: "warning",
      message:
        "server.insecure_open is on: every program and every user of this machine acts as an admin, and access rules decide nothing.",
      next: "Turn it off as soon as accounts and rules are there.",
    }
  }
  if (isLoopbackHost(server.host)) return fine(title, "Only this machine reaches the server, and rules decide.")
  if (auth.jwt.algorithm === "hs256" && auth.jwt.secret === null) {
    return {
      title,
      status: "problem",
      message: `server.host is ${server.host}, which others can reach, and auth.jwt.secret is not set: alyx start refuses.`,
      next: "Set ALYX_AUTH_JWT_SECRET to at least 32 random characters, such as the output of: openssl rand -hex 32",
    }
  }
  return fine(title, `Others reach the server at ${server.host}, and rules decide.`)
}

/** Whether somebody may administer the server from elsewhere. */
export async function checkAdmins(client: Pick<DaemonClient, "get">): Promise<readonly Finding[]> {
  const found = await client.get<UsersResponse>("/api/admin/users?role=admin&limit=1").catch((error: unknown) => {
    // A daemon of an older version, of which another check tells.
    if (isAlyxError(error, "NOT_FOUND")) return undefined
    throw error
  })
  if (found === undefined) return []
  const { total } = found
  if (total > 0) return [fine("Admins", total === 1 ? "There is one admin." : `There are ${total} admins.`)]
  return [
    {
      title: "Admins",
      status: "note",
      message: "No account is an admin: only this machine can administer the server.",
      next: "Make one: alyx auth create-admin --email you@example.com",
    },
  ]
}
