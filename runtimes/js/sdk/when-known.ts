import { isThenable } from "../prelude/thenable.ts"

/** Goes on with a value: at once, or when the promise of it is settled. A call without promises needs no turn of the event loop. */
export function whenKnown<Value, Result>(
  value: Value | PromiseLike<Value>,
  goOn: (known: Value) => Result | PromiseLike<Result>,
): Result | PromiseLike<Result> {
  return isThenable(value) ? Promise.resolve(value).then(goOn) : goOn(value)
}
