import { tooMuchWork } from "./compare.ts"
import type { Evaluate, RuleFrame } from "./frame.ts"
import type { MacroName } from "./syntax.ts"
import { RuleFault, isList, isMap, mapKeys, typeName } from "./values.ts"
import type { Outcome, RuleValue } from "./values.ts"

/** A macro that goes through a list, with its parts compiled. */
export interface CompiledMacro {
  readonly name: MacroName
  readonly list: Evaluate
  /** Where the element is kept in the frame. */
  readonly depth: number
  readonly parts: readonly Evaluate[]
}

/** Makes the evaluation of a macro. A map is gone through by its keys. */
export function macroEvaluate({ name, list, depth, parts }: CompiledMacro): Evaluate {
  const first = parts[0]!
  const last = parts.at(-1)!
  return (frame) => {
    const over = list(frame)
    if (over instanceof RuleFault) return over
    const elements: readonly RuleValue[] | null = isList(over) ? over : isMap(over) ? mapKeys(over) : null
    if (elements === null) return new RuleFault(`${name}() does not take ${typeName(over)}.`)
    if (!frame.spend(elements.length)) return tooMuchWork
    const at = (element: RuleValue): RuleFrame => {
      frame.elements[depth] = element
      return frame
    }
    switch (name) {
      case "all":
        return quantified(elements, (element) => first(at(element)), false)
      case "exists":
        return quantified(elements, (element) => first(at(element)), true)
      case "exists_one":
        return existsOne(elements, (element) => first(at(element)))
      case "filter":
        return filtered(
          elements,
          (element) => first(at(element)),
          (element) => element,
        )
      case "map":
        return filtered(elements, parts.length === 1 ? () => true : (element) => first(at(element)), (element) =>
          last(at(element)),
        )
    }
  }
}

/** `exists` ends at the first true, `all` at the first false; an error counts only when nothing ended it. */
function quantified(elements: readonly RuleValue[], test: (element: RuleValue) => Outcome, end: boolean): Outcome {
  let fault: RuleFault | null = null
  for (const element of elements) {
    const outcome = test(element)
    if (outcome === end) return end
    if (outcome === tooMuchWork) return outcome
    if (outcome !== !end) fault ??= asFault(outcome)
  }
  return fault ?? !end
}

function existsOne(elements: readonly RuleValue[], test: (element: RuleValue) => Outcome): Outcome {
  let count = 0
  for (const element of elements) {
    const outcome = test(element)
    if (typeof outcome !== "boolean") return asFault(outcome)
    if (outcome) count += 1
  }
  return count === 1
}

function filtered(
  elements: readonly RuleValue[],
  test: (element: RuleValue) => Outcome,
  make: (element: RuleValue) => Outcome,
): Outcome {
  const result: RuleValue[] = []
  for (const element of elements) {
    const outcome = test(element)
    if (typeof outcome !== "boolean") return asFault(outcome)
    if (!outcome) continue
    const made = make(element)
    if (made instanceof RuleFault) return made
    result.push(made)
  }
  return result
}

/** What an outcome is worth where only true and false count. */
export function asFault(outcome: Outcome): RuleFault {
  return outcome instanceof RuleFault ? outcome : new RuleFault(`${typeName(outcome)} is neither true nor false.`)
}
