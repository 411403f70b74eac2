import { alyxError } from "../../errors.ts"
import type { FunctionManifest } from "../../functions/function-manifest.ts"
import { administrator } from "../callers.ts"
import type { Caller } from "../caller.ts"
import type { Invocation } from "../functions/invocation.ts"

/** Whom an operation acts as: the caller of the call, or an admin where the manifest allows that. */
export function actingCaller(invocation: Invocation, { asAdmin }: { readonly asAdmin: boolean }): Caller {
  const { caller, manifest } = invocation
  if (!asAdmin) return caller
  requirePrivileged(manifest, "ctx.asAdmin")
  const { address, requestId, request } = caller
  return { ...administrator, owner: false, address, requestId, request }
}

/** Refuses what only a privileged function may do. */
export function requirePrivileged(manifest: FunctionManifest, what: string): void {
  if (manifest.privileged) return
  throw alyxError("NOT_PRIVILEGED", {
    message: `${what} needs more rights than the function ${manifest.name} has.`,
    next: `Add the line "privileged: true" to ${manifestPlace(manifest)}, if it may act past the rules.`,
  })
}

/** Where the manifest of a function is, or would be. */
export function manifestPlace({ file, name }: FunctionManifest): string {
  return file ?? `its manifest: ${name}.yaml beside the source, or manifest.yaml in the function's folder`
}
