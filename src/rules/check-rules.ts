import type { Problem } from "../errors.ts"
import type { SourceLocation } from "../lib/source-location.ts"
import { placeInScalar } from "../lib/yaml-scalar-place.ts"
import { problemCountMax } from "../schema/limits.ts"
import type { Collection, Field, Rule, Schema } from "../schema/schema.ts"
import { ruleOperations } from "../schema/schema.ts"
import { judgeRule } from "./check-rule.ts"
import { misspeltRoles, rolesOfAccounts } from "./role-notices.ts"
import { missingRules, ownerMayBeNull } from "./rule-notices.ts"
import type { RuleProblem } from "./rule-problem.ts"
import { problemAt } from "./rule-problem.ts"
import type { RulePlace } from "./rules.ts"
import type { RuleNode } from "./syntax.ts"
import { translateCondition, Untranslatable } from "./to-sql.ts"

/** What a check of all rules of a schema found. */
export interface CheckedRules {
  /** What makes the schema unusable. */
  readonly problems: readonly Problem[]
  /** What is allowed but probably not meant. */
  readonly notices: readonly Problem[]
}

/**
 * Checks every rule of a schema; `text` is the file that it came from, for exact places. The accounts collection says
 * which roles there are. Never throws.
 */
export function checkRules(schema: Schema, text = "", accountsCollection = "users"): CheckedRules {
  const problems: Problem[] = []
  const notices: Problem[] = []
  const roles = rolesOfAccounts(schema, accountsCollection)
  for (const collection of schema.collections.values()) {
    for (const written of rulesIn(collection)) {
      const found = checkOne(written, collection, roles)
      problems.push(...found.problems.map((problem) => placed(problem, written, text)))
      notices.push(...found.notices.map((notice) => placed(notice, written, text)))
    }
    const missing = missingRules(collection)
    if (missing !== null) notices.push(missing)
  }
  return { problems: inOrder(problems), notices: inOrder(notices) }
}

interface WrittenRule {
  readonly rule: Rule
  readonly place: RulePlace
  /** Null for a rule of the collection. */
  readonly field: Field | null
}

function rulesIn(collection: Collection): readonly WrittenRule[] {
  const own = ruleOperations.map((operation) => ({ operation, field: null, rule: collection.rules[operation] }))
  const ofFields = [...collection.fields.values()].flatMap((field) =>
    (["read", "write"] as const).map((operation) => ({ operation, field, rule: field.rules[operation] })),
  )
  return [...own, ...ofFields].flatMap(({ rule, operation, field }) => {
    const place = { collection: collection.name, operation, field: field?.name ?? null }
    return rule === null ? [] : [{ rule, place, field }]
  })
}

type Found = { readonly problems: readonly RuleProblem[]; readonly notices: readonly RuleProblem[] }

function checkOne({ rule, place, field }: WrittenRule, collection: Collection, roles: readonly string[] | null): Found {
  const misplaced = field === null ? null : misplacedRule(field, place, rule)
  if (misplaced !== null) return { problems: [misplaced], notices: [] }
  const { node, problems } = judgeRule(rule, collection, place)
  if (node === null) return { problems, notices: [] }
  const notices = [...ownerMayBeNull(node, collection), ...misspeltRoles(node, roles)]
  const isBounded = place.operation !== "read" || collection.readInMemory
  const untranslatable = isBounded ? null : untranslatablePart(node, collection)
  return { problems: untranslatable === null ? [] : [untranslatable], notices }
}

/** A rule of a field that nobody could obey. */
function misplacedRule(field: Field, { collection, operation }: RulePlace, { expression }: Rule): RuleProblem | null {
  const whole = { start: 0, end: expression.length }
  if (field.primary) {
    const message = `${collection}.${field.name} is the primary key: every answer carries it, and nothing changes it.`
    return problemAt(whole, "RULE_PLACE", message, `Remove the rule, or write it for the whole collection.`)
  }
  if (!field.internal || operation !== "read") return null
  const message = `${collection}.${field.name} is internal, so that nobody ever reads it.`
  return problemAt(whole, "RULE_PLACE", message, "Remove the rule, or internal: true.")
}

function untranslatablePart(node: RuleNode, collection: Collection): RuleProblem | null {
  const part = translateCondition(node, { collection, elements: [], operands: [] })
  if (!(part instanceof Untranslatable)) return null
  const message = `This part of a read rule cannot become part of a query: ${part.reason}.`
  const next =
    "Keep what it computes in a field of its own, or write read_in_memory: true for the collection, whose lists then look at 1,000 documents at most."
  return problemAt(part.node, "RULE_NOT_SQL", message, next)
}

function placed({ code, message, next, ...range }: RuleProblem, { rule, place }: WrittenRule, text: string): Problem {
  const { collection, operation, field } = place
  const owner = `The ${operation} rule of ${field === null ? collection : `${collection}.${field}`}`
  const at = rule.at === null ? null : locate(rule, rule.at, text, range)
  return {
    code,
    message: `${owner}: ${message}`,
    ...(next === "" ? {} : { next }),
    ...(at === null ? {} : { at }),
  }
}

function locate(
  { expression }: Rule,
  at: SourceLocation,
  text: string,
  range: { readonly start: number; readonly end: number },
): SourceLocation {
  return text === "" ? at : placeInScalar(text, at, expression, range)
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const sorted = problems.toSorted(
    (a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0),
  )
  const omittedCount = sorted.length - problemCountMax
  if (omittedCount <= 0) return sorted
  const rest = { code: "TOO_MANY", message: `There are ${omittedCount} more problems with rules.` }
  return [...sorted.slice(0, problemCountMax), rest]
}
