/**
 * Whether what JSON.stringify would write of a value has at most so many arrays and objects in each other. To be asked before that
 * writes it: the engine looks for cycles at every level in all levels above, and cannot be interrupted while it does.
 */
export function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return true
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON !== "function") return hasShallowMembers(value, levels)
  // What that gives is not asked for another.
  const written: unknown = toJSON.call(value, "")
  return typeof written !== "object" || written === null || hasShallowMembers(written, levels)
}

function hasShallowMembers(value: object, levels: number): boolean {
  if (levels === 0) return false
  const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value)
  for (let index = 0; index < members.length; index += 1) {
    if (!isShallow(members[index], levels - 1)) return false
  }
  return true
}
