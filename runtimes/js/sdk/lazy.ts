import { presentCall } from "./call.ts"

/**
 * Makes a function that evaluates `make` when it is first called in a call of the function, and gives the same value for
 * the rest of that call: for what needs `ctx`, a secret or the environment and is written outside the handler.
 */
export function lazy<T>(make: () => T): () => T {
  if (typeof make !== "function") throw new TypeError("lazy() takes a function: lazy(() => …).")
  const value = (): T => {
    const { lazyValues } = presentCall("A value of lazy()")
    if (!lazyValues.has(value)) lazyValues.set(value, make())
    return lazyValues.get(value) as T
  }
  return value
}
