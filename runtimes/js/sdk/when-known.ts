/** Goes on with a value: at once, or when the promise of it is settled. A call without promises needs no turn of the event loop. */
export function whenKnown<Value, Result>(
  value: Value | PromiseLike<Value>,
  goOn: (known: Value) => Result | PromiseLike<Result>,
): Result | PromiseLike<Result> {
  return isThenable(value) ? Promise.resolve(value).then(goOn) : goOn(value)
}

/** True for promises, also those of libraries. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function"
}
