import { alyxError } from "../../errors.ts"
import type { Config } from "../../project/options.ts"
import type { DaemonMode } from "../../protocol/admin-api.ts"
import { isLoopback } from "../http/loopback.ts"

/**
 * Where others can reach the server it does not make up the secret of its tokens: who runs it has to know it, or a new
 * machine would end every session. Key pairs (eddsa) are always kept in the file, which is then moved along.
 */
export function requireTokenSecret({ auth, server }: Pick<Config, "auth" | "server">, mode: DaemonMode): void {
  if (mode !== "start" || auth.jwt.algorithm !== "hs256" || auth.jwt.secret !== null || isLoopback(server.host)) return
  throw alyxError("CONFIG_INVALID", {
    message: `server.host is ${server.host}, which others can reach, and auth.jwt.secret is not set.`,
    next: "Set ALYX_AUTH_JWT_SECRET to at least 32 random characters, such as the output of: openssl rand -hex 32",
  })
}
