/** True for promises, also those of libraries, which may be functions. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false
  return "then" in value && typeof value.then === "function"
}
