import { alyxError } from "../../errors.ts"
import type { AlyxError } from "../../errors.ts"
import type { FunctionManifest } from "../../functions/function-manifest.ts"
import { isKnown } from "../caller.ts"
import type { Caller } from "../caller.ts"

/** What decides whether a caller may call a function over HTTP. */
export interface CallAccess {
  readonly manifest: Pick<FunctionManifest, "name" | "access">
  readonly caller: Caller
  /** In dev: whether a refusal carries the rule with the value of every part. */
  readonly explains: boolean
}

/** Anyone may call a function unless its manifest says `access`; admins always may. Throws what a caller is refused with. */
export function requireCallAccess({ manifest, caller, explains }: CallAccess): void {
  if (caller.scope !== null) throw limitedKey()
  const { access } = manifest
  if (access === null || caller.isAdmin || access.holds(caller, { doc: {} })) return
  const message = `The access rule of the function ${manifest.name} does not let the caller call it.`
  const rule = explains ? { rule: access.explain(caller, { doc: {} }) } : {}
  const details = { function: manifest.name, ...rule }
  if (isKnown(caller)) throw alyxError("FORBIDDEN", { message, details })
  throw alyxError("UNAUTHENTICATED", {
    message,
    next: "Sign in, and send the access token: Authorization: Bearer <token>.",
    details,
  })
}

/** A function may do whatever its code does; a key that is limited to collections or operations is not for that. */
function limitedKey(): AlyxError {
  return alyxError("FORBIDDEN_SCOPE", {
    message: "The API key is limited to collections or operations, and functions are none of them.",
    next: "Make a key of the same role without --collection and --operation.",
  })
}
