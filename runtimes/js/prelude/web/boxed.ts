/* oxlint-disable unicorn/no-instanceof-builtins -- objects around primitive values are what is looked for */

type Primitive = string | number | boolean | bigint | symbol

/** The primitive value inside an object such as `Object(1)`; undefined for any other object. */
export function unboxed(value: object): Primitive | undefined {
  if (value instanceof Number) return Number.prototype.valueOf.call(value)
  if (value instanceof Boolean) return Boolean.prototype.valueOf.call(value)
  if (value instanceof String) return String.prototype.valueOf.call(value)
  if (value instanceof BigInt) return BigInt.prototype.valueOf.call(value)
  if (value instanceof Symbol) return Symbol.prototype.valueOf.call(value)
  return undefined
}
