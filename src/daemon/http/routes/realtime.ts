import type { ServerResponse } from "node:http"
import type { Socket } from "node:net"

import type { FastifyInstance } from "fastify"

import { alyxError } from "../../../errors.ts"
import type { Logger } from "../../../lib/logger.ts"
import { bearerToken } from "../middleware/caller.ts"
import { isSocketOrigin } from "../middleware/cors.ts"
import { notFound } from "../not-found.ts"
import { addResource } from "../resource.ts"
import type { RouterParts } from "../router.ts"

/** Serves `GET /api/realtime`: a request that came through all the hooks of any other becomes a WebSocket. */
export function realtimeRoute(app: FastifyInstance, parts: RouterParts): void {
  const { live, upgrades, logger } = parts
  const refused = new RefusedOrigins(logger)
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
          refused.tell(raw.headers.origin!)
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

/** How many refused origins are told of; a program may make up any number. */
const toldOriginsMax = 100

/** How much of an origin a line of the log repeats. */
const shownOriginLength = 200

/** Tells the log of each origin once: browsers show their pages nothing of an answer that refuses a socket. */
class RefusedOrigins {
  readonly #logger: Pick<Logger, "warn">
  readonly #told = new Set<string>()

  constructor(logger: Pick<Logger, "warn">) {
    this.#logger = logger
  }

  tell(origin: string): void {
    const shown = origin.slice(0, shownOriginLength)
    if (this.#told.has(shown) || this.#told.size >= toldOriginsMax) return
    this.#told.add(shown)
    this.#logger.warn(
      `A page of ${shown} was refused a socket; server.cors.origins in alyx.yaml says who may open one.`,
    )
  }
}
