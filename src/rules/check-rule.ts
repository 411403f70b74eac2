import type { Collection, Rule } from "../schema/schema.ts"
import type { RulePlace } from "./rules.ts"
import type { RuleNode } from "./syntax.ts"
import { parseRule } from "./syntax.ts"

/** What became of a rule: its parts, or what is wrong with it. */
export interface JudgedRule {
  /** Null when there is a problem. */
  readonly node: RuleNode | null
}

/** Parses and checks a rule. Never throws for what it says. */
export function judgeRule(rule: Rule, _collection: Collection, _place: RulePlace): JudgedRule {
  try {
    return { node: parseRule(rule.expression) }
  } catch {
    return { node: null }
  }
}
