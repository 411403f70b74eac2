import type { FastifyReply, FastifyRequest } from "fastify"

import { RecentItems } from "../../../lib/recent-items.ts"
import type { RequestDetail, RequestEntry } from "../../../protocol/admin-api.ts"
import type { KeptRequest } from "./request-capture.ts"

/** How many of the last requests are kept in full. */
export const keptRequestsMax = 200

/** What they may weigh together; the oldest make room. */
export const keptRequestsBytesMax = 16 * 1024 * 1024

/** The last requests of the API in full, for the dashboard of `alyx dev`. */
export class CapturedRequests {
  readonly #kept = new RecentItems<KeptRequest>({ countMax: keptRequestsMax, bytesMax: keptRequestsBytesMax })

  /** Keeps a request whose answer has ended. */
  keep(entry: RequestEntry, request: FastifyRequest, reply: FastifyReply): void {
    const kept = request.capture?.end(entry, request, reply)
    if (kept !== undefined) this.#kept.add(kept, kept.bytes)
  }

  /** The newest request with this id; undefined when it is not kept, or not any more. */
  find(requestId: string): RequestDetail | undefined {
    return this.#kept.findNewest((kept) => kept.requestId === requestId)?.detail()
  }
}
