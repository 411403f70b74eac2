import { tooMuchWork } from "./compare.ts"
import type { RuleFrame } from "./frame.ts"
import { RuleDuration, RuleFault, RuleTimestamp, isList, typeName } from "./values.ts"
import type { Outcome, RuleValue } from "./values.ts"

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%"

const intMax = 2n ** 63n - 1n
const intMin = -(2n ** 63n)

/** The first and the last moment that CEL knows. */
const timestampMsMin = Date.parse("0001-01-01T00:00:00.000Z")
const timestampMsMax = Date.parse("9999-12-31T23:59:59.999Z")

/** CEL counts spans in nanoseconds of 64 bits. */
const durationMsMax = 9_223_372_036_854

/** `+ - * / %`, which take two values of one type; times and spans may be added. */
export function calculate(operator: ArithmeticOperator, a: RuleValue, b: RuleValue, frame: RuleFrame): Outcome {
  if (typeof a === "bigint" && typeof b === "bigint") return ofInts(operator, a, b)
  if (typeof a === "number" && typeof b === "number") {
    const result = ofDoubles(operator, a, b)
    if (result !== undefined) return result
  } else if (operator === "+" || operator === "-") {
    const result = operator === "+" ? (joined(a, b, frame) ?? ofTimes(a, b, 1)) : ofTimes(a, b, -1)
    if (result !== undefined) return result
  }
  return new RuleFault(`There is no ${typeName(a)} ${operator} ${typeName(b)}.`)
}

/** `-value`. */
export function negate(value: RuleValue): Outcome {
  if (typeof value === "number") return -value
  if (typeof value === "bigint") return inRange(-value)
  return new RuleFault(`There is no -${typeName(value)}.`)
}

function ofInts(operator: ArithmeticOperator, a: bigint, b: bigint): Outcome {
  switch (operator) {
    case "+":
      return inRange(a + b)
    case "-":
      return inRange(a - b)
    case "*":
      return inRange(a * b)
    case "/":
      return b === 0n ? new RuleFault("A number is divided by zero.") : inRange(a / b)
    case "%":
      return b === 0n ? new RuleFault("A number is divided by zero.") : a % b
  }
}

function inRange(value: bigint): Outcome {
  return value > intMax || value < intMin ? new RuleFault("A number leaves the range of 64 bits.") : value
}

function ofDoubles(operator: ArithmeticOperator, a: number, b: number): number | undefined {
  switch (operator) {
    case "+":
      return a + b
    case "-":
      return a - b
    case "*":
      return a * b
    case "/":
      return a / b
    case "%":
      return undefined
  }
}

function joined(a: RuleValue, b: RuleValue, frame: RuleFrame): Outcome | undefined {
  if (typeof a === "string" && typeof b === "string") {
    return frame.spend((a.length + b.length) >> 6) ? a + b : tooMuchWork
  }
  if (isList(a) && isList(b)) return frame.spend(a.length + b.length) ? [...a, ...b] : tooMuchWork
  if (!(a instanceof Uint8Array && b instanceof Uint8Array)) return undefined
  if (!frame.spend((a.length + b.length) >> 6)) return tooMuchWork
  const bytes = new Uint8Array(a.length + b.length)
  bytes.set(a)
  bytes.set(b, a.length)
  return bytes
}

function ofTimes(a: RuleValue, b: RuleValue, sign: 1 | -1): Outcome | undefined {
  if (b instanceof RuleDuration) {
    if (a instanceof RuleTimestamp) return timestampAt(a.ms + sign * b.ms)
    if (a instanceof RuleDuration) return durationOf(a.ms + sign * b.ms)
  }
  if (!(b instanceof RuleTimestamp)) return undefined
  if (a instanceof RuleTimestamp && sign === -1) return durationOf(a.ms - b.ms)
  return a instanceof RuleDuration && sign === 1 ? timestampAt(a.ms + b.ms) : undefined
}

/** A moment, if CEL knows it. */
export function timestampAt(ms: number): Outcome {
  if (ms >= timestampMsMin && ms <= timestampMsMax) return new RuleTimestamp(ms)
  return new RuleFault("A timestamp lies outside of the years 1 to 9999.")
}

/** A span, if CEL knows it. */
export function durationOf(ms: number): Outcome {
  return Math.abs(ms) <= durationMsMax ? new RuleDuration(ms) : new RuleFault("A duration is longer than 292 years.")
}
