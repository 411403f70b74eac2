import { alyxError } from "../../errors.ts"
import type { CallError } from "./call-errors.ts"
import type { HeldFunction } from "./function-registry.ts"

/** The same error, with a stack that names the files and lines that the person wrote, and the first of them as its place. */
export async function mappedError(
  error: CallError,
  { built }: HeldFunction,
  { tellsAll }: { readonly tellsAll: boolean },
): Promise<CallError> {
  const stack = error.kept.details?.["stack"]
  if (typeof stack !== "string" || built.sourceMap === null) return error
  const { firstPlace, mapStack } = await import("../../functions/map-stack.ts")
  const details = { ...error.kept.details, stack: mapStack(stack, built.sourceMap) }
  const at = firstPlace(stack, built.sourceMap)
  if (at === null) return { ...error, kept: { ...error.kept, details } }
  const { code, message } = error.kept
  return {
    toCaller: tellsAll ? placed(error.toCaller, at) : error.toCaller,
    kept: { ...error.kept, details, problems: [{ code, message, at }] },
  }
}

/** Only an accident has a place: what a function throws on purpose is for its callers. */
function placed(error: CallError["toCaller"], at: NonNullable<CallError["toCaller"]["at"]>): CallError["toCaller"] {
  if (error.code !== "FUNCTION_ERROR" || error.thrown !== undefined) return error
  return alyxError("FUNCTION_ERROR", { message: error.message, at })
}
