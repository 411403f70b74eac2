import type { FastifyReply, FastifyRequest } from "fastify"

import type { Identity } from "../caller.ts"
import type { Signals } from "../signals/signals.ts"
import type { Identities } from "./parts.ts"

/** How often an answer that goes on looks whether its token has expired. */
const lookMs = 10_000

/** What an answer that goes on looks at. */
export interface AccessParts {
  readonly identities: Identities
  readonly signals: Signals
}

/**
 * Ends an answer that goes on, such as the log, when its admin is one no more: the session ended, the role changed, the
 * token or key expired. The owner stays.
 */
export function endWithAccess(
  request: FastifyRequest,
  reply: FastifyReply,
  { identities, signals }: AccessParts,
): void {
  const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization?.trim() ?? "")?.[1]
  if (request.caller.owner || token === undefined) return
  const look = async (): Promise<void> => {
    if (!(await isStillAdmin(identities, token))) reply.raw.destroy()
  }
  const timer = setInterval(() => void look(), lookMs).unref()
  const stop = signals.on("accounts", () => void look())
  reply.raw.once("close", () => {
    clearInterval(timer)
    stop()
  })
}

async function isStillAdmin(identities: Identities, token: string): Promise<boolean> {
  try {
    const identity: Identity = await identities.identify(token)
    return identity.isAdmin && identity.scope === null
  } catch {
    // Expired, revoked or signed out; and whoever cannot be known is no admin.
    return false
  }
}
