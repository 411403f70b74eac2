import type { FastifyInstance } from "fastify"

import { alyxError } from "../../../errors.ts"
import { keptRequestsBytesMax, keptRequestsMax } from "../capture/captured-requests.ts"
import type { CapturedRequests } from "../capture/captured-requests.ts"
import { addResource } from "../resource.ts"

/** Serves one of the last requests in full, in dev. */
export function adminRequestRoutes(app: FastifyInstance, captures: CapturedRequests | null): void {
  addResource(app, "/api/admin/requests/:requestId", {
    GET: (request) => {
      const { requestId } = request.params as { readonly requestId: string }
      if (captures === null) throw requestsNotKept()
      const detail = captures.find(requestId)
      if (detail === undefined) throw requestForgotten(requestId)
      return detail
    },
  })
}

function requestsNotKept(): Error {
  return alyxError("NOT_FOUND", {
    message: "Requests are kept in full by alyx dev only; this daemon serves in another mode.",
    next: "Its log has a line for each slow or failed request: alyx logs.",
  })
}

function requestForgotten(requestId: string): Error {
  const mib = keptRequestsBytesMax / 1024 / 1024
  return alyxError("NOT_FOUND", {
    message: `The request ${requestId.slice(0, 128)} is not kept, or not any more.`,
    next: `The last ${keptRequestsMax} requests of the API are, up to ${mib} MB of them: ask it again, and look then.`,
  })
}
