import type { RuleFrame } from "./frame.ts"
import { RuleDuration, RuleFault, RuleTimestamp, isList, isMap, mapGet, mapKeys, typeName } from "./values.ts"
import type { RuleValue } from "./values.ts"

/** What an evaluation says that has used up its work. */
export const tooMuchWork = new RuleFault("The data is too large for this rule to be evaluated.")

/** `==`: values of different types are unequal, numbers are compared by what they mean. */
export function equals(a: RuleValue, b: RuleValue, frame: RuleFrame): boolean | RuleFault {
  if (typeof a === "string") {
    if (typeof b !== "string" || a.length !== b.length) return false
    return frame.spend(a.length >> 6) ? a === b : tooMuchWork
  }
  if (a === b) return true
  if (isNumber(a)) return isNumber(b) && numbersOrder(a, b) === 0
  return typeof a === "object" && typeof b === "object" && a !== null && b !== null && objectsEqual(a, b, frame)
}

function objectsEqual(a: object, b: object, frame: RuleFrame): boolean | RuleFault {
  if (a instanceof RuleTimestamp) return b instanceof RuleTimestamp && a.ms === b.ms
  if (a instanceof RuleDuration) return b instanceof RuleDuration && a.ms === b.ms
  if (a instanceof Uint8Array) {
    if (!(b instanceof Uint8Array) || a.length !== b.length) return false
    return frame.spend(a.length >> 6) ? compareBytes(a, b) === 0 : tooMuchWork
  }
  const left = a as RuleValue
  const right = b as RuleValue
  if (isList(left)) return isList(right) && listsEqual(left, right, frame)
  return isMap(left) && isMap(right) && mapsEqual(left, right, frame)
}

function listsEqual(a: readonly RuleValue[], b: readonly RuleValue[], frame: RuleFrame): boolean | RuleFault {
  if (a.length !== b.length) return false
  for (const [index, value] of a.entries()) {
    if (!frame.spend(1)) return tooMuchWork
    const equal = equals(value, b[index]!, frame)
    if (equal !== true) return equal
  }
  return true
}

type AnyMap = Parameters<typeof mapKeys>[0]

function mapsEqual(a: AnyMap, b: AnyMap, frame: RuleFrame): boolean | RuleFault {
  const keys = mapKeys(a)
  const otherKeys = mapKeys(b)
  if (!frame.spend(keys.length + otherKeys.length)) return tooMuchWork
  if (keys.length !== otherKeys.length) return false
  for (const key of keys) {
    const other = mapGet(b, key)
    if (other === undefined) return false
    const equal = equals(mapGet(a, key)!, other, frame)
    if (equal !== true) return equal
  }
  return true
}

/** The order of two values: negative, 0 or positive, NaN where a double is none; a fault where types have no order. */
export function order(a: RuleValue, b: RuleValue, frame: RuleFrame): number | RuleFault {
  if (typeof a === "string" && typeof b === "string") return isRead(a, b, frame) ? compareText(a, b) : tooMuchWork
  if (isNumber(a) && isNumber(b)) return numbersOrder(a, b)
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b)
  if (a instanceof RuleTimestamp && b instanceof RuleTimestamp) return a.ms - b.ms
  if (a instanceof RuleDuration && b instanceof RuleDuration) return a.ms - b.ms
  if (a instanceof Uint8Array && b instanceof Uint8Array) return isRead(a, b, frame) ? compareBytes(a, b) : tooMuchWork
  return new RuleFault(`There is no order between ${typeName(a)} and ${typeName(b)}.`)
}

/** Two values are read as far as the shorter one goes. */
function isRead(a: { readonly length: number }, b: { readonly length: number }, frame: RuleFrame): boolean {
  return frame.spend(Math.min(a.length, b.length) >> 6)
}

function isNumber(value: RuleValue): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint"
}

/** JavaScript compares the two kinds of numbers exactly. */
function numbersOrder(a: number | bigint, b: number | bigint): number {
  if (a < b) return -1
  return a > b ? 1 : a >= b ? 0 : Number.NaN
}

/** By code point, as CEL and SQLite order texts; JavaScript's own order puts U+1F600 before U+FF5E. */
function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at += 1) {
    const left = a.charCodeAt(at)
    const right = b.charCodeAt(at)
    if (left !== right) return aboveSurrogates(left) - aboveSurrogates(right)
  }
  return a.length - b.length
}

function aboveSurrogates(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at += 1) if (a[at] !== b[at]) return a[at]! - b[at]!
  return a.length - b.length
}
