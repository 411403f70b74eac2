import { alyxError, isAlyxError } from "../errors.ts"
import type { AlyxError, AlyxErrorOptions, ErrorCode } from "../errors.ts"
import type { CompiledFunction, CompileRequest } from "./compile/compile-function.ts"

/** What is said to the thread that compiles. */
export interface BuildOrder {
  readonly id: number
  readonly request: CompileRequest
}

/** Nobody waits for an order any more: what of it has not begun need not be done. */
export interface BuildCancel {
  readonly cancel: number
}

/** What it answers: one for every order. */
export type BuildReply =
  | { readonly id: number; readonly compiled: CompiledFunction }
  | { readonly id: number; readonly error: CarriedError }
  /** Something is wrong with us, not with the function. */
  | { readonly id: number; readonly bug: Error }

/** An AlyxError as it travels between threads, which keep no classes of ours. */
export interface CarriedError {
  readonly code: ErrorCode
  readonly options: Pick<AlyxErrorOptions, "message" | "next" | "at" | "problems">
}

/** Takes an error apart; a bug comes back as null. */
export function carried(error: unknown): CarriedError | null {
  if (!isAlyxError(error)) return null
  const { code, message, next, at, problems } = error
  return { code, options: { message, problems, ...(next && { next }), ...(at && { at }) } }
}

/** Puts it together again. */
export function arrived({ code, options }: CarriedError): AlyxError {
  return alyxError(code, options)
}
