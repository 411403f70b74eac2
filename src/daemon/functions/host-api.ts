import type { GuestContext, SubmittedOperation } from "../../functions/guest-abi.ts"
import type { Invocation } from "./invocation.ts"

/** Operations that the main thread answers; the worker answers the others itself. */
export type HostOperation = Extract<SubmittedOperation, { op: "fetch" | "db" | "transaction" | "sql" | "invoke" }>

/** What an operation came to: a JSON value, bytes, or both. */
export interface HostAnswer {
  readonly value?: unknown
  readonly body?: Uint8Array
}

/**
 * What running functions may do, declared by those who run them and fulfilled by daemon/host. Errors are AlyxErrors and become
 * exceptions in the guest, with code, message, status and details.
 */
export interface HostApi {
  /** What a call is told at its start, but for what the invocation itself says. */
  context(invocation: Invocation): Pick<GuestContext, "secrets" | "url" | "collections">
  /** The signal aborts when the guest cancels this one operation, or the call ends. */
  call(invocation: Invocation, operation: HostOperation, body: Uint8Array, signal?: AbortSignal): Promise<HostAnswer>
  /** The call has ended, however it did: what it left open is undone. Must not throw. */
  end(invocation: Invocation): void
}
