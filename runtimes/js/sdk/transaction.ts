import { AlyxError } from "./alyx-error.ts"
import { DatabaseScope } from "./database-scope.ts"

/** `ctx.db.transaction(work, options)`: commits when the work is done, and rolls back when it throws. */
export async function runTransaction(
  scope: DatabaseScope,
  options: { readonly timeout?: number | string },
  work: (inside: DatabaseScope) => unknown,
): Promise<unknown> {
  const { call } = scope
  if (typeof work !== "function")
    throw new TypeError("transaction() takes a function: ctx.db.transaction(async (tx) => …).")
  if (call.isTransactionOpen || scope.isInTransaction) throw nested()
  const timeoutMs = options.timeout === undefined ? undefined : milliseconds(options.timeout)
  call.isTransactionOpen = true
  try {
    await scope.ask({ op: "transaction", step: "begin", ...(timeoutMs !== undefined && { timeoutMs }) })
    return await finish(scope, work)
  } finally {
    call.isTransactionOpen = false
  }
}

async function finish(scope: DatabaseScope, work: (inside: DatabaseScope) => unknown): Promise<unknown> {
  const transaction = { isEnded: false }
  let result: unknown
  try {
    result = await work(new DatabaseScope({ call: scope.call, isAdmin: scope.isAdmin, transaction }))
  } catch (error) {
    transaction.isEnded = true
    // The host may have rolled it back already; the error of the work is the one to tell.
    await rollBack(scope)
    throw error
  }
  transaction.isEnded = true
  await scope.ask({ op: "transaction", step: "commit" })
  return result
}

async function rollBack(scope: DatabaseScope): Promise<void> {
  try {
    await scope.ask({ op: "transaction", step: "rollback" })
  } catch {
    // There is none any more.
  }
}

function nested(): AlyxError {
  return new AlyxError({
    code: "TRANSACTION_OPEN",
    status: 409,
    message: "The call has a transaction open already; transactions cannot be nested. Pass tx on to what needs it.",
  })
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000 }

/** 2000, "2000ms" or "2s". */
function milliseconds(timeout: number | string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(String(timeout).trim())
  const value = typeof timeout === "number" ? timeout : Number(match?.[1]) * (units[match?.[2] ?? ""] ?? Number.NaN)
  if (Number.isFinite(value) && value > 0) return Math.ceil(value)
  throw new TypeError(
    `The timeout of a transaction is milliseconds or a text like "5s", not ${JSON.stringify(timeout)}.`,
  )
}
