/** Freezes a JSON value with everything inside it. */
export function freezeDeeply<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const member of Object.values(value)) freezeDeeply(member)
  }
  return value
}
