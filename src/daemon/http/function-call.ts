import type { FastifyReply, FastifyRequest } from "fastify"

import { alyxError } from "../../errors.ts"
import type { AlyxError } from "../../errors.ts"
import type { FunctionManifest } from "../../functions/function-manifest.ts"
import type { KnownFunction, ServedFunction } from "../functions/functions.ts"
import type { Compression } from "./compression.ts"
import { requireCallAccess } from "./function-access.ts"
import { sendResult } from "./function-answer.ts"
import type { FunctionEdge } from "./function-edge.ts"
import { guestRequest, inputOf } from "./guest-request.ts"
import { leftSignal } from "./left-signal.ts"
import type { HttpParts } from "./parts.ts"

/** What a request is to call. */
export interface CallTarget {
  readonly name: string
  /** The route as its manifest writes it; null for `/api/functions/:name`. */
  readonly route: string | null
  readonly params: Readonly<Record<string, string>>
  /** What the function is told of. */
  readonly method: string
}

export type FunctionCallParts = Pick<HttpParts, "functions" | "config" | "mode">

/** Calls a function for a request, and answers with what it came to. */
export async function answerCall(
  parts: FunctionCallParts & { readonly compression: Compression },
  target: CallTarget,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { functions, config, mode, compression } = parts
  const { manifest, style } = requireServed(functions, target, request)
  const input = inputOf(request, style)
  requireCallAccess({ manifest, caller: request.caller, explains: mode === "dev" })
  const { invocation: parent } = request
  const path = target.route ?? `/api/functions/${target.name}`
  const result = await functions.service.invoke({
    name: target.name,
    input,
    request: guestRequest(request, { ...target, origin: config().server.publicUrl }),
    caller: request.caller,
    trigger: { type: parent === null ? "http" : "function", id: parent === null ? path : parent.executionId },
    parent,
    signal: leftSignal(reply),
  })
  sendResult(request, reply, { result, compression })
  return reply
}

/**
 * The function that a request may know of. One that is for events alone is not there for anybody but admins, and one that
 * does not build is there, but cannot be called.
 */
export function requireServed(
  functions: Pick<FunctionEdge, "registry" | "sources">,
  { name, route }: Pick<CallTarget, "name" | "route">,
  { caller }: Pick<FastifyRequest, "caller">,
): { readonly manifest: FunctionManifest; readonly style: "define" | "handler" | "fetch" | "plugin" } {
  const known = functions.registry.get(name)
  const manifest = known?.served?.source.manifest ?? functions.sources.find((source) => source.name === name)?.manifest
  if (known === undefined) throw functionNotFound(name)
  // A manifest that never could be read says nothing of whom it is for.
  if (manifest === undefined) throw unavailable(known, caller.isAdmin)
  if (route === null && !manifest.isHttp && !caller.isAdmin) throw functionNotFound(name)
  if (known.served === null) throw unavailable(known, caller.isAdmin)
  return { manifest, style: styleOf(known.served) }
}

/** The error for a name that no function has, or none that the caller may know of. */
function functionNotFound(name: string): AlyxError {
  return alyxError("FUNCTION_NOT_FOUND", {
    message: `There is no function ${name.slice(0, 100)}, or none that is called over HTTP.`,
    next: "alyx functions list shows what there is.",
  })
}

/** How a function is written; a plug-in of another tool is one. */
export function styleOf({ built }: Pick<ServedFunction, "built">): "define" | "handler" | "fetch" | "plugin" {
  return built.description?.style ?? "plugin"
}

/** Why it does not build is for those who may change it. */
function unavailable({ name, lastBuild }: KnownFunction, isAdmin: boolean): AlyxError {
  const error = lastBuild?.error ?? null
  return alyxError("FUNCTION_UNAVAILABLE", {
    message:
      isAdmin && error !== null
        ? `The function ${name} could not be built or loaded: ${error.message}`
        : `The function ${name} could not be built or loaded.`,
    next: isAdmin
      ? "Once it is mended, it is served again."
      : "alyx functions list says why; once it is mended, it is served again.",
    retryAfterSeconds: 10,
    ...(isAdmin && error !== null ? { details: { code: error.code, problems: error.problems ?? [] } } : {}),
  })
}
