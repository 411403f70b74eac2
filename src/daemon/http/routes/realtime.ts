import type { ServerResponse } from "node:http"
import type { Socket } from "node:net"

import type { FastifyInstance } from "fastify"

import { alyxError } from "../../../errors.ts"
import { bearerToken } from "../middleware/caller.ts"
import { isSocketOrigin } from "../middleware/cors.ts"
import { notFound } from "../not-found.ts"
import { addResource } from "../resource.ts"
import type { RouterParts } from "../router.ts"

/** Serves `GET /api/realtime`: a request that came through all the hooks of any other becomes a WebSocket. */
export function realtimeRoute(app: FastifyInstance, parts: RouterParts): void {
  const { live, upgrades } = parts
  addResource(
    app,
    "/api/realtime",
    {
      GET: (request, reply) => {
        const { raw, caller } = request
        const head = upgrades.get(raw)
        if (head === undefined) {
          reply.header("upgrade", "websocket").header("connection", "upgrade")
          throw alyxError("UPGRADE_REQUIRED", { next: "Open it with a WebSocket client: new WebSocket(…)." })
        }
        if (!isSocketOrigin(raw.headers, parts)) {
          throw alyxError("FORBIDDEN_ORIGIN", {
            message: `Pages of ${raw.headers.origin} may not open a socket here.`,
            next: "Add the origin to server.cors.origins in alyx.yaml.",
          })
        }
        const token = caller.owner ? null : bearerToken(raw.headers.authorization)
        live!.accept({ request: raw, socket: raw.socket, head, caller, token })
        reply.hijack()
        endExchange(reply.raw, raw.socket)
      },
    },
    ({ raw }) => {
      if (live === null) throw notFound(raw, parts)
    },
  )
}

/** The answer was 101, and was given by others: what waits for its end is told. */
function endExchange(response: ServerResponse, socket: Socket): void {
  response.detachSocket(socket)
  response.statusCode = 101
  response.destroyed = true
  response.emit("close")
}
