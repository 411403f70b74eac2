import { alyxError } from "../../errors.ts"
import { isLoopbackHost as isLoopback, plainAddress } from "../../lib/loopback-host.ts"
import type { HttpConfig } from "./parts.ts"

export { isLoopback, plainAddress }

/** An open server, where everyone acts as admin, stays on this machine. */
export function refuseOpenAddress({ server }: HttpConfig): void {
  if (!server.insecureOpen || isLoopback(server.host)) return
  throw alyxError("INSECURE_OPEN", {
    message: `server.insecure_open makes everyone an admin, and server.host is ${server.host}, which others can reach.`,
    next: "Leave out --insecure-open and let access rules decide, or keep server.host at 127.0.0.1.",
  })
}
