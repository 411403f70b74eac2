import { guestLimits } from "../../../src/functions/guest-abi.ts"
import type { GuestFailure } from "../../../src/functions/guest-abi.ts"
import { isShallow } from "./shallow.ts"

/** An error with a code, an HTTP status and details; those of `FunctionError` and of the host are told to the caller. */
export class CodedError extends Error {
  readonly code: string
  readonly status: number | null
  readonly details: unknown

  constructor(failure: {
    readonly code: string
    readonly message: string
    readonly status: number | null
    readonly details?: unknown
  }) {
    super(failure.message)
    this.code = failure.code
    this.status = failure.status
    this.details = failure.details
  }
}

/** What the host answered instead of a value. */
export class HostError extends CodedError {
  static {
    Object.defineProperty(this.prototype, "name", { value: "HostError", writable: true, configurable: true })
  }
}

/** Makes an error of what travelled. */
export function errorOfFailure(failure: GuestFailure): Error {
  if (failure.code !== null) {
    return new HostError({
      code: failure.code,
      message: failure.message,
      status: failure.status,
      details: failure.details,
    })
  }
  const error = failure.name === "TypeError" ? new TypeError(failure.message) : new Error(failure.message)
  return error
}

/** Describes whatever was thrown, without running code of whoever threw it more than needed. */
export function failureOf(thrown: unknown): GuestFailure {
  try {
    if (!(thrown instanceof Error)) return { name: "Error", code: null, message: textOfThrown(thrown), status: null }
    const failure = { name: textOf(thrown.name), message: textOf(thrown.message), stack: stackOf(thrown) }
    if (!(thrown instanceof CodedError)) {
      return {
        ...failure,
        message: explained(failure.message) + causesOf(thrown, failure.message),
        code: null,
        status: null,
      }
    }
    const { code, status, details } = thrown
    return { ...failure, code, status, ...(details === undefined ? {} : { details: jsonSafe(details) }) }
  } catch {
    return { name: "Error", code: null, message: "What was thrown cannot be read.", status: null }
  }
}

/** The engine knows of no modules: all were bundled. */
function explained(message: string): string {
  if (!message.startsWith("could not load module")) return message
  return `${message}. Modules are bundled when the function is built: import() takes a name that is written out, not a variable.`
}

/** So many causes of causes are told, and so many errors of an AggregateError. */
const causeDepthMax = 4
const innerErrorsMax = 5

/** Lines for what an error was made of, but for those that say the same as it. */
function causesOf(error: Error, told: string, depth = 0): string {
  if (depth === causeDepthMax) return ""
  const inner = "errors" in error && Array.isArray(error.errors) ? (error.errors as unknown[]) : []
  const shown = inner.slice(0, innerErrorsMax).map((each) => causeLine("With", each, told, depth))
  if (inner.length > innerErrorsMax) shown.push(`\nWith ${inner.length - innerErrorsMax} more.`)
  return (error.cause === undefined ? "" : causeLine("Caused by", error.cause, told, depth)) + shown.join("")
}

function causeLine(word: string, cause: unknown, told: string, depth: number): string {
  if (!(cause instanceof Error)) return `\n${word}: ${textOfThrown(cause)}`
  const message = textOf(cause.message)
  const line = told.includes(message) ? "" : `\n${word}: ${textOf(cause.name)}: ${message}`
  return line + causesOf(cause, message, depth + 1)
}

/** Without the lines of the prelude, which say nothing to whoever wrote the function. */
function stackOf(error: Error): string {
  const lines = textOf(error.stack ?? "").split("\n")
  return lines.filter((line) => !line.includes("(alyx:prelude:")).join("\n")
}

/** The error of code that was ended, which has no error of its own; its place is where the code was. */
export function interruptedError(message: string, interruption: unknown): Error {
  const error = new Error(message)
  if (interruption instanceof Error && typeof interruption.stack === "string") error.stack = interruption.stack
  return error
}

/** Code may have put anything where a text belongs. */
function textOf(value: unknown): string {
  return String(value)
}

function textOfThrown(thrown: unknown): string {
  if (typeof thrown === "string") return thrown
  if (typeof thrown !== "object" || thrown === null) return `Thrown: ${textOf(thrown)}`
  return "message" in thrown ? textOf(thrown.message) : `Thrown: ${JSON.stringify(shallow(thrown, "What was thrown"))}`
}

/** The value, or a sentence instead of what the host does not take. */
function shallow(value: unknown, what: string): unknown {
  if (isShallow(value, guestLimits.nestingMax)) return value
  return `${what} is nested deeper than ${guestLimits.nestingMax} levels, or holds itself.`
}

function jsonSafe(value: unknown): unknown {
  try {
    const text = JSON.stringify(shallow(value, "What the details say"))
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
