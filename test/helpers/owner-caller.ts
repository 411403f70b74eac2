import type { Caller } from "../../src/daemon/caller.ts"
import { administrator, bareRequest } from "../../src/daemon/callers.ts"

/** The owner of the project, as a request over the local socket has them. */
export function ownerCaller(requestId: string, address = "local"): Caller {
  return { ...administrator, owner: true, address, requestId, request: bareRequest(address) }
}
