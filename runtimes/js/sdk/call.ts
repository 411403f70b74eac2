import type { GuestContext } from "../../../src/functions/guest-abi.ts"
import { readContext, requireCall } from "../prelude/host.ts"
import { AlyxError } from "./alyx-error.ts"
import type { FunctionContext } from "./function-context.ts"

/** One call of the function: an instance serves one at a time. What a call made dies with it. */
export class Call {
  /** Values of lazy(), made once a call. */
  readonly lazyValues = new Map<object, unknown>()
  isEnded = false
  isTransactionOpen = false
  context: FunctionContext | null = null
  #guest: GuestContext | null | undefined

  /** Who calls, and with what; read on first use. Null in a host that is not Alyx. */
  get guest(): GuestContext | null {
    if (this.#guest === undefined) {
      this.requireAlive("ctx")
      this.#guest = readContext()
    }
    return this.#guest
  }

  /** What an earlier call kept must not act for the next caller. */
  requireAlive(what: string): void {
    if (!this.isEnded) return
    throw new AlyxError({
      code: "ABORTED",
      status: 499,
      message: `${what} belongs to a call that has ended. Take ctx from each call; do not keep it in a global variable.`,
    })
  }
}

const present: { call: Call | null } = { call: null }

/** Ends what was left of the call before, and makes the state of the next one. */
export function beginCall(): Call {
  if (present.call !== null) present.call.isEnded = true
  present.call = new Call()
  return present.call
}

/**
 * The call that runs; `what` is what the person wrote. Code outside the handler may ask for it where the manifest says
 * `snapshot: false`: it is evaluated at the first call.
 */
export function presentCall(what: string): Call {
  requireCall(what)
  return present.call ?? beginCall()
}
