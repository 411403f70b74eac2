import type { RuleNode } from "./syntax.ts"

/** Every code that a problem of a rule may carry; docs/rules.md explains each. */
export const ruleProblemCodes = [
  "RULE_SYNTAX",
  "RULE_TOO_LARGE",
  "RULE_NAME_UNKNOWN",
  "RULE_PLACE",
  "RULE_TYPE",
  "RULE_UNSUPPORTED",
  "RULE_PATTERN",
  "RULE_NOT_SQL",
  "RULE_MISSING",
  "RULE_HOLDS_FOR_NOBODY",
  "RULE_ROLE_UNKNOWN",
] as const

/** One of them. */
export type RuleProblemCode = (typeof ruleProblemCodes)[number]

/** What is wrong with a part of a rule, before it is known where in the file the rule stands. */
export interface RuleProblem {
  readonly code: RuleProblemCode
  readonly message: string
  readonly next: string
  /** The range of the part in the text of the rule. */
  readonly start: number
  readonly end: number
}

/** Makes the problem of a part. */
export function problemAt(
  part: Pick<RuleNode, "start" | "end">,
  code: RuleProblemCode,
  message: string,
  next: string,
): RuleProblem {
  return { code, message, next, start: part.start, end: part.end }
}
