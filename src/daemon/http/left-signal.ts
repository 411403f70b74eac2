import type { FastifyReply } from "fastify"

/** Aborted when the client goes away before it has its answer; at once when it has gone already. */
export function leftSignal({ raw }: FastifyReply): AbortSignal {
  const left = new AbortController()
  if (raw.destroyed) left.abort()
  raw.once("close", () => {
    if (!raw.writableFinished) left.abort()
  })
  return left.signal
}
