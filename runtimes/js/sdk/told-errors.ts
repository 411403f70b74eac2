import { CodedError } from "../prelude/host-error.ts"
import { AlyxError } from "./alyx-error.ts"
import { FunctionError } from "./function-error.ts"

/**
 * What the caller of a function learns of an error that its handler let through. A FunctionError is meant for the caller. What
 * the database refused *to the caller* (a rule, a missing document, a value that breaks the schema, a duplicate) is the
 * caller's to mend, so code, status and message stay. Everything else (as admin, SQL, secrets, hosts, a wrong filter) is the
 * function's own affair, and becomes 500 FUNCTION_ERROR.
 */
const callersFaults: ReadonlySet<string> = new Set([
  "VALIDATION_ERROR",
  "DOCUMENT_NOT_FOUND",
  "UNIQUE_CONFLICT",
  "REFERENCE_CONFLICT",
  "PRECONDITION_FAILED",
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "FORBIDDEN_FIELD",
  "FORBIDDEN_SCOPE",
  "MANAGED_FIELD",
  "EMAIL_TAKEN",
  "REGISTER_INSTEAD",
])

/** Of an invoked function these say that it was called wrongly, which is the affair of the function that called it. */
const invokersFaults: ReadonlySet<string> = new Set([
  "ABORTED",
  "BAD_REQUEST",
  "FUNCTION_NOT_FOUND",
  "HOST_CALLS_EXCEEDED",
  "INPUT_INVALID",
  "INVALID_JSON",
  "TRANSACTION_ENDED",
  "TRANSACTION_OPEN",
])

/** Errors of Alyx that are told with code and status. */
const told = new WeakSet<object>()

/** Marks an error as the caller's to mend; those of other codes stay the function's own. */
export function tellIfCallersFault(error: unknown): void {
  if (error instanceof AlyxError && callersFaults.has(error.code)) told.add(error)
}

/** Marks what an invoked function refused its caller, who is the same; what went wrong inside it stays its own. */
export function tellIfRefused(error: unknown): void {
  if (!(error instanceof AlyxError)) return
  const isRefusal = error.status < 500 && !invokersFaults.has(error.code)
  if (isRefusal || error.code === "CALL_DEPTH") told.add(error)
}

/** Marks an error that is told whatever its code: of the input and the output, and what another function said. */
export function tellCaller(error: AlyxError): AlyxError {
  told.add(error)
  return error
}

/** What is thrown out of the call: errors that are not told lose their status, and so are FUNCTION_ERROR to the host. */
export function asThrown(error: unknown): unknown {
  if (!(error instanceof CodedError) || error instanceof FunctionError || told.has(error)) return error
  const { code, message, details, name, stack } = error
  const own = new CodedError({ code, message, status: null, details })
  Object.defineProperty(own, "name", { value: name, configurable: true })
  if (stack !== undefined) own.stack = stack
  return own
}
