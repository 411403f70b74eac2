import type { FastifyReply } from "fastify"

/** Adds a request header to those that an answer depends on. */
export function addVary(reply: FastifyReply, header: string): void {
  const present = reply.getHeader("vary")
  reply.header("vary", present === undefined ? header : `${String(present)}, ${header}`)
}
