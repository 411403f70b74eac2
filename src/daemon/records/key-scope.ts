import { alyxError } from "../../errors.ts"
import type { RuleOperation } from "../../schema/schema.ts"
import type { Caller } from "../caller.ts"

/** Whether the caller's API key, if it is one, is made for an operation on a collection. */
export function isInScope({ scope }: Pick<Caller, "scope">, collection: string, operation: RuleOperation): boolean {
  if (scope === null) return true
  const { collections, operations } = scope
  if (collections !== null && !collections.includes(collection)) return false
  return operations === null || operations.includes(operation)
}

/** Refuses what the caller's API key is not made for. */
export function requireScope(caller: Pick<Caller, "scope">, collection: string, operation: RuleOperation): void {
  if (isInScope(caller, collection, operation)) return
  throw alyxError("FORBIDDEN_SCOPE", {
    message: `This API key is not made to ${operation} documents of ${collection}.`,
    details: { collection, operation },
  })
}
