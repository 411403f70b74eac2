import type { CallError } from "./call-errors.ts"
import type { HeldFunction } from "./function-registry.ts"

/** The same error, with a stack that names the files and lines that the person wrote. */
export async function mappedError(error: CallError, { built }: HeldFunction): Promise<CallError> {
  const stack = error.kept.details?.["stack"]
  if (typeof stack !== "string" || built.sourceMap === null) return error
  const { mapStack } = await import("../../functions/map-stack.ts")
  const details = { ...error.kept.details, stack: mapStack(stack, built.sourceMap) }
  return { ...error, kept: { ...error.kept, details } }
}
