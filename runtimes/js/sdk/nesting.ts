import { guestLimits } from "../../../src/functions/guest-abi.ts"
import { AlyxError } from "./alyx-error.ts"

/**
 * Refuses what is nested deeper than the host takes it, before it is written as JSON: the engine looks for cycles at every level
 * in all levels above, and cannot be interrupted while it does.
 */
export function requireShallow(value: unknown, what: string): void {
  if (isShallow(value, guestLimits.nestingMax + aroundMax)) return
  throw new AlyxError({
    code: "INVALID_JSON",
    status: 400,
    message: `${what} is nested deeper than ${guestLimits.nestingMax} levels, or holds itself.`,
  })
}

/** What may stand around a document or a filter: what is asked, and its options. The host allows for more. */
const aroundMax = 2

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return true
  if (levels === 0) return false
  const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value)
  for (let index = 0; index < members.length; index += 1) {
    if (!isShallow(members[index], levels - 1)) return false
  }
  return true
}
