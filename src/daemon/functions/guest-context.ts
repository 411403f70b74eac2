import type { GuestAuth, GuestContext } from "../../functions/guest-abi.ts"
import { isKnown } from "../caller.ts"
import type { Caller } from "../caller.ts"
import type { HostApi } from "./host-api.ts"
import type { Invocation } from "./invocation.ts"

/** What a call is told at its start, as JSON. */
export function guestContextOf(
  invocation: Invocation,
  host: ReturnType<HostApi["context"]>,
  { isDev }: { readonly isDev: boolean },
): string {
  const { manifest, caller, requestId, request, trigger, token } = invocation
  const context: GuestContext = {
    requestId,
    functionName: manifest.name,
    auth: authOf(caller),
    request,
    trigger: trigger.type,
    env: manifest.env,
    secrets: host.secrets,
    privileged: manifest.privileged,
    url: host.url,
    token,
    collections: host.collections,
    dev: isDev,
  }
  return JSON.stringify(context)
}

function authOf(caller: Caller): GuestAuth | null {
  if (!isKnown(caller)) return null
  const { id, email, role, verified, metadata } = caller.auth
  return { id, email, role, verified, metadata }
}
