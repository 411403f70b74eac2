import type { DatabaseOperation, SqlOperation, TransactionOperation } from "../../../src/functions/guest-abi.ts"
import { submitForJson } from "../prelude/host.ts"
import { AlyxError, didYouMean, hostFailure } from "./alyx-error.ts"
import type { Call } from "./call.ts"
import { tellIfCallersFault } from "./told-errors.ts"

/** As whom, and in which transaction, operations are asked for. */
export interface ScopeParts {
  readonly call: Call
  readonly isAdmin: boolean
  /** Null outside a transaction. */
  readonly transaction: { isEnded: boolean } | null
}

/** One way to the database: as the caller or as an admin, inside a transaction or outside. */
export class DatabaseScope {
  readonly #parts: ScopeParts

  constructor(parts: ScopeParts) {
    this.#parts = parts
  }

  get call(): Call {
    return this.#parts.call
  }

  get isAdmin(): boolean {
    return this.#parts.isAdmin
  }

  get isInTransaction(): boolean {
    return this.#parts.transaction !== null
  }

  /** The names of the collections; null in a host that is not Alyx. */
  get collections(): readonly string[] | null {
    const { guest } = this.#parts.call
    return guest === null ? null : Object.keys(guest.collections)
  }

  /** A mistyped name fails where it is used, with the name that was meant. */
  requireCollection(name: string): void {
    const { guest } = this.#parts.call
    if (guest === null || Object.hasOwn(guest.collections, name)) return
    const names = Object.keys(guest.collections)
    throw new AlyxError({
      code: "COLLECTION_NOT_FOUND",
      status: 404,
      message: `There is no collection ${name}.${didYouMean(name, names)} Collections: ${names.join(", ") || "none"}.`,
    })
  }

  /** `what` is what the person wrote. */
  requirePrivileged(what: string): void {
    const { guest } = this.#parts.call
    if (guest?.privileged ?? true) return
    throw notPrivileged(what, guest!.functionName)
  }

  /** Asks the host, and gives the JSON that it answers. Rejects with an AlyxError that points at the function's line; may throw. */
  ask(operation: DatabaseOperation | SqlOperation | TransactionOperation): Promise<unknown> {
    const { call, isAdmin, transaction } = this.#parts
    call.requireAlive("ctx.db")
    if (transaction?.isEnded === true) throw transactionEnded()
    const { stack } = new Error("where it was asked")
    const asked =
      isAdmin || transaction !== null
        ? {
            ...operation,
            ...(isAdmin && operation.op === "db" && { asAdmin: true as const }),
            ...(transaction !== null && operation.op !== "transaction" && { tx: true as const }),
          }
        : operation
    return submitForJson(asked, (error) => {
      const failure = hostFailure(error, stack)
      if (!isAdmin && operation.op === "db") tellIfCallersFault(failure)
      return failure
    })
  }
}

/** The error for what only privileged functions may do. */
export function notPrivileged(what: string, functionName: string): AlyxError {
  return new AlyxError({
    code: "NOT_PRIVILEGED",
    status: 403,
    message: `${what} needs the line "privileged: true" in the manifest of ${functionName}.`,
  })
}

function transactionEnded(): AlyxError {
  return new AlyxError({
    code: "TRANSACTION_ENDED",
    status: 409,
    message:
      "The transaction has ended: use its handle only inside the function that was given to transaction(), and await what it starts.",
  })
}
