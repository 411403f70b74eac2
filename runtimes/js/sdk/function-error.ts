import { CodedError } from "../prelude/host-error.ts"

/** What a FunctionError may be made of, as one object. */
export interface FunctionErrorParts {
  readonly code: string
  readonly status: number
  readonly message?: string
  readonly details?: unknown
}

/**
 * What a function throws to answer its caller with a code and an HTTP status of its own:
 * `throw new FunctionError("OUT_OF_STOCK", 409, "None is left.", { left: 0 })`.
 */
export class FunctionError extends CodedError {
  static {
    Object.defineProperty(this.prototype, "name", { value: "FunctionError", writable: true, configurable: true })
  }

  constructor(code: string | FunctionErrorParts, status?: number, message?: string, details?: unknown) {
    const parts = typeof code === "object" && code !== null ? code : { code, status, message, details }
    requireCode(parts.code)
    requireStatus(parts.status)
    super({ code: parts.code, status: parts.status, message: parts.message ?? parts.code, details: parts.details })
  }
}

function requireCode(code: unknown): void {
  if (typeof code === "string" && code.length <= codeLengthMax && /^[A-Z][A-Z0-9_]*$/.test(code)) return
  throw new TypeError(
    `The code of a FunctionError is made of capital letters, digits and _, at most ${codeLengthMax}: ` +
      `new FunctionError("OUT_OF_STOCK", 409, "None is left."). It was ${shown(code)}.`,
  )
}

const codeLengthMax = 64

function requireStatus(status: unknown): asserts status is number {
  if (Number.isInteger(status) && (status as number) >= 400 && (status as number) <= 599) return
  throw new TypeError(`The status of a FunctionError is a whole number from 400 to 599; it was ${shown(status)}.`)
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value)
}
