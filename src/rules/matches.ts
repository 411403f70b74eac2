import type { LinearPattern } from "../schema/linear-pattern.ts"
import { compileRe2Pattern } from "../schema/linear-pattern.ts"
import { patternWorkMax } from "../schema/limits.ts"
import type { RuleFunction } from "./functions.ts"
import type { RuleNode } from "./syntax.ts"
import { RuleFault, typeName } from "./values.ts"

/** The pattern of `text.matches("…")`, which must stand in the rule; null for anything else. */
export function patternOf(node: RuleNode): string | null {
  if (node.op !== "rcall" || node.args[0] !== "matches") return null
  const [pattern] = node.args[2]
  return pattern?.op === "value" && typeof pattern.args === "string" ? pattern.args : null
}

/** Makes `matches` for one pattern of RE2; throws a SyntaxError that says why it cannot be used. */
export function matcherFor(pattern: string): RuleFunction {
  const compiled: LinearPattern = compileRe2Pattern(pattern)
  return ([text], frame) => {
    if (typeof text !== "string") return new RuleFault(`matches() does not take ${typeName(text!)}.`)
    const work = text.length * compiled.size
    if (work > patternWorkMax || !frame.spend(work >> 6)) {
      return new RuleFault("The text is too long for the pattern of matches().")
    }
    return compiled.test(text)
  }
}
