import { ParseError } from "@marcbachmann/cel-js"

import type { Collection, Rule } from "../schema/schema.ts"
import { checkNames } from "./check-names.ts"
import { checkTypes } from "./check-types.ts"
import { ruleDepthMax, rulePartCountMax } from "./limits.ts"
import type { RuleProblem } from "./rule-problem.ts"
import { problemAt } from "./rule-problem.ts"
import type { RulePlace } from "./rules.ts"
import type { RuleNode } from "./syntax.ts"
import { parseRule } from "./syntax.ts"
import { syntaxProblem } from "./syntax-slips.ts"

/** What became of a rule: its parts, or what is wrong with it. */
export interface JudgedRule {
  /** Null when there is a problem. */
  readonly node: RuleNode | null
  readonly problems: readonly RuleProblem[]
}

/** Parses and checks a rule. Never throws for what it says. */
export function judgeRule({ expression }: Rule, collection: Collection, place: RulePlace): JudgedRule {
  const node = tryParse(expression)
  if ("code" in node) return { node: null, problems: [node] }
  // Types say nothing while a name is wrong.
  const names = checkNames(node, collection, place)
  const problems = names.length > 0 ? names : checkTypes(node, expression, collection)
  return { node: problems.length === 0 ? node : null, problems }
}

function tryParse(expression: string): RuleNode | RuleProblem {
  const whole = { start: 0, end: expression.length }
  try {
    return parseRule(expression)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    const isTooLarge = error.code.startsWith("limit") || /exceeded|too (many|deep|large)/i.test(error.summary)
    if (isTooLarge) {
      const next = `A rule has at most ${rulePartCountMax} parts, nested ${ruleDepthMax} deep.`
      return problemAt(whole, "RULE_TOO_LARGE", "The rule is too large.", next)
    }
    return syntaxProblem(expression, { summary: error.summary, ...(error.range ?? whole) })
  }
}
