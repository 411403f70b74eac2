import { alyxError, errorTable } from "../../errors.ts"
import type { AlyxError, ErrorCode } from "../../errors.ts"
import { guestLimits } from "../../functions/guest-abi.ts"
import type { GuestFailure } from "../../functions/guest-abi.ts"
import type { WireError } from "../../protocol/admin-api.ts"
import type { EffectiveLimits } from "./effective-limits.ts"
import type { CallOutcome } from "./runtime.ts"

/** An error of a call, as the caller may see it, and as the execution log keeps it. */
export interface CallError {
  readonly toCaller: AlyxError
  readonly kept: WireError
}

type Failed = Exclude<CallOutcome, { type: "returned" }>

/** What an outcome means to those outside. `tellsAll` is for those who may see what the code of the function said by accident. */
export function callErrorOf(
  outcome: Failed,
  { name, limits, tellsAll }: { readonly name: string; readonly limits: EffectiveLimits; readonly tellsAll: boolean },
): CallError {
  if (outcome.type === "failed") return ofFailure(outcome.failure, name, tellsAll)
  const error = ofEnd(outcome, name, limits)
  const { message, next } = error
  const stack = "stack" in outcome && outcome.stack !== "" ? { stack: outcome.stack } : null
  const kept = {
    code: error.code,
    message,
    ...(next === undefined ? {} : { next }),
    ...(stack === null ? {} : { details: stack }),
  }
  return { toCaller: error, kept }
}

function ofEnd(outcome: Exclude<Failed, { type: "failed" }>, name: string, limits: EffectiveLimits): AlyxError {
  switch (outcome.type) {
    case "trapped":
      return alyxError("FUNCTION_TRAPPED", {
        message: outcome.isStackOverflow
          ? `The code of ${name} trapped: stack overflow, as endless recursion makes it.`
          : `The code of ${name} trapped: ${outcome.what}.`,
      })
    case "out_of_memory":
      return alyxError("FUNCTION_OUT_OF_MEMORY", {
        message: `${name} used more memory than its limit of ${Math.floor(limits.memoryBytes / 1_048_576)} MB.`,
        next: "Use less at a time, or raise memory in its manifest.",
      })
    case "output_too_large":
      return alyxError("OUTPUT_TOO_LARGE", {
        message: `The answer of ${name} has ${outcome.bytes} bytes; the limit is ${guestLimits.frameBytesMax}.`,
      })
    case "timed_out":
      return alyxError("FUNCTION_TIMEOUT", {
        message: `${name} took longer than its timeout, and was ended.`,
        next: "Do less in one call, or raise timeout in its manifest.",
      })
    case "cancelled":
      return alyxError("ABORTED", { message: `The call of ${name} was ended, since whoever asked has left.` })
    case "restarted":
      return alyxError("WORKER_RESTARTED", {
        message: `The thread that ran ${name} had to be ended because of another call.`,
        next: "Try again; whether this call had effects is not known.",
        retryAfterSeconds: 1,
      })
  }
}

/** What the function threw. An error that says its status is meant for the caller; any other is an accident. */
function ofFailure(failure: GuestFailure, name: string, tellsAll: boolean): CallError {
  const { code, status, message, details, stack } = failure
  const shown = typeof details === "object" && details !== null ? (details as Record<string, unknown>) : undefined
  const isMeant = code !== null && isCode(code) && status !== null && isErrorStatus(status)
  if (isMeant) {
    const toCaller = isOfTable(code, status)
      ? alyxError(code, { message, ...(shown === undefined ? {} : { details: shown }) })
      : alyxError("FUNCTION_ERROR", {
          message,
          thrown: { code, status },
          ...(shown === undefined ? {} : { details: shown }),
        })
    return { toCaller, kept: { code, message, ...keptDetails(shown, stack) } }
  }
  const full = failure.name === "Error" || message.startsWith(failure.name) ? message : `${failure.name}: ${message}`
  const toCaller = alyxError("FUNCTION_ERROR", {
    message: tellsAll ? `${name} threw: ${full}` : errorTable.FUNCTION_ERROR.sentence,
  })
  const more = { ...shown, ...(code === null ? {} : { code }) }
  return {
    toCaller,
    kept: {
      code: "FUNCTION_ERROR",
      message: full,
      ...keptDetails(Object.keys(more).length === 0 ? undefined : more, stack),
    },
  }
}

function keptDetails(
  details: Readonly<Record<string, unknown>> | undefined,
  stack: string | undefined,
): Pick<WireError, "details"> {
  if (details === undefined && stack === undefined) return {}
  return { details: { ...details, ...(stack === undefined ? {} : { stack }) } }
}

function isCode(code: string): boolean {
  return /^[A-Z][A-Z0-9_]{0,63}$/.test(code)
}

function isErrorStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 400 && status <= 599
}

/** An error of Alyx that the function let through. */
function isOfTable(code: string, status: number): code is ErrorCode {
  return Object.hasOwn(errorTable, code) && errorTable[code as ErrorCode].status === status
}
