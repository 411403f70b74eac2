import type { OutgoingHttpHeaders, ServerResponse } from "node:http"

import type { FastifyReply } from "fastify"

/** Takes an answer of 200 out of Fastify's hands, for bodies that come piece by piece: with the headers that hooks have set. */
export function takeOver(reply: FastifyReply, headers: OutgoingHttpHeaders): ServerResponse {
  const response = reply.raw
  reply.hijack()
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) response.setHeader(name, value)
  }
  return response.writeHead(200, { "cache-control": "no-store", ...headers })
}
