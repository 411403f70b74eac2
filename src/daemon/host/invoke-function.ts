import { alyxError } from "../../errors.ts"
import type { FunctionService } from "../functions/functions.ts"
import type { HostAnswer } from "../functions/host-api.ts"
import type { Invocation } from "../functions/invocation.ts"

/** A function that is called by another. */
export interface InnerCall {
  readonly name: string
  /** JSON. */
  readonly input: Uint8Array
  readonly signal: AbortSignal
}

/**
 * Calls a function as the caller of the call that asks. Any function of the project may be called that way: `access` of a
 * manifest is about HTTP. The service keeps the depth, and the deadline of the outer call.
 */
export async function invokeFunction(
  functions: Pick<FunctionService, "invoke">,
  invocation: Invocation,
  { name, input, signal }: InnerCall,
): Promise<HostAnswer> {
  if (typeof name !== "string") throw alyxError("BAD_REQUEST", { message: `"name" of a function must be a text.` })
  const { output, head } = await functions.invoke({
    name,
    input,
    request: null,
    caller: invocation.caller,
    trigger: { type: "function", id: invocation.executionId },
    parent: invocation,
    signal,
  })
  // Of a handler the status and the headers tell what the body is.
  return { body: output, value: { head } }
}
