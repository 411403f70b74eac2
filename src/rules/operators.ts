import type { ArithmeticOperator } from "./arithmetic.ts"
import { calculate } from "./arithmetic.ts"
import { equals, order, tooMuchWork } from "./compare.ts"
import type { RuleFrame } from "./frame.ts"
import { shownValue } from "./shown-value.ts"
import { RuleFault, isList, isMap, mapGet, typeName } from "./values.ts"
import type { Outcome, RuleValue } from "./values.ts"

/** The operators that need both of their values. */
export type BinaryOperator = ArithmeticOperator | "==" | "!=" | "<" | "<=" | ">" | ">=" | "in"

/** What one computes, over values that are no faults. */
export type Binary = (a: RuleValue, b: RuleValue, frame: RuleFrame) => Outcome

/** The function of an operator. */
export function binaryFunction(operator: BinaryOperator): Binary {
  switch (operator) {
    case "==":
      return equals
    case "!=":
      return (a, b, frame) => {
        const equal = equals(a, b, frame)
        return typeof equal === "boolean" ? !equal : equal
      }
    case "<":
      return ordered((sign) => sign < 0)
    case "<=":
      return ordered((sign) => sign <= 0)
    case ">":
      return ordered((sign) => sign > 0)
    case ">=":
      return ordered((sign) => sign >= 0)
    case "in":
      return contains
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return (a, b, frame) => calculate(operator, a, b, frame)
  }
}

function ordered(decide: (sign: number) => boolean): Binary {
  return (a, b, frame) => {
    const sign = order(a, b, frame)
    return typeof sign === "number" ? decide(sign) : sign
  }
}

/** `in`: an element of a list, or a key of a map. */
function contains(value: RuleValue, container: RuleValue, frame: RuleFrame): Outcome {
  if (isMap(container)) return mapGet(container, value) !== undefined
  if (!isList(container)) return new RuleFault(`in does not take ${typeName(container)} on its right.`)
  if (!frame.spend(container.length)) return tooMuchWork
  for (const each of container) {
    const equal = equals(value, each, frame)
    if (equal !== false) return equal
  }
  return false
}

/** `object.key`, and `object[key]` of a map. */
export function member(value: RuleValue, key: RuleValue): Outcome {
  if (!isMap(value)) return new RuleFault(`${typeName(value)} has no members.`)
  const found = mapGet(value, key)
  return found === undefined ? new RuleFault(`There is no key ${shownValue(key)}.`) : found
}

/** `list[index]`. */
export function element(list: readonly RuleValue[], index: RuleValue): Outcome {
  if (typeof index !== "bigint" && !Number.isInteger(index)) {
    return new RuleFault(`A list is not indexed by ${typeName(index)}.`)
  }
  return (
    list[Number(index)] ??
    (Number(index) in list ? null : new RuleFault(`The list has no element ${shownValue(index)}.`))
  )
}
