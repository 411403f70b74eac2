import type { Problem } from "../errors.ts"
import type { Collection } from "../schema/schema.ts"
import { ruleOperations } from "../schema/schema.ts"
import type { RuleProblem } from "./rule-problem.ts"
import { problemAt } from "./rule-problem.ts"
import { isAccount } from "./evaluator.ts"
import type { RuleNode } from "./syntax.ts"
import { partsOf, selectionOf } from "./syntax.ts"

/** What a person probably forgot: rules that are not there, which leave an operation to admins. */
export function missingRules({ name, rules, fields, at }: Collection): Problem | null {
  const missing = ruleOperations.filter((operation) => rules[operation] === null)
  if (missing.length === 0) return null
  const all = missing.length === ruleOperations.length
  const list = missing.join(missing.length === 2 ? " and " : ", ")
  const message = all
    ? `${name} has no rules, so that only admins reach it.`
    : `${name} has no rule for ${list}, so that only admins may do it.`
  const owner = ownerNames.find((field) => fields.has(field))
  const own = `auth.id != null && doc.${owner} == auth.id`
  const reader = owner === undefined ? "auth.id != null" : own
  const writer = owner === undefined ? "auth.role == 'editor'" : own
  const lines = missing.map((operation) => `${operation}: "${operation === "read" ? reader : writer}"`)
  const next = `Add what fits to ${name}, such as rules: { ${lines.join(", ")} }; false leaves it to admins.`
  return { code: "RULE_MISSING", message, next, ...(at === null ? {} : { at }) }
}

/** Names of fields that usually hold whose a document is. */
const ownerNames = ["owner_id", "author_id", "user_id", "account_id", "created_by"]

/** `auth.id == doc.author_id` holds for callers without a token too where the field is null: both sides are. */
export function ownerMayBeNull(rule: RuleNode, collection: Collection): readonly RuleProblem[] {
  const nodes = allParts(rule)
  const isGuarded = nodes.some((node) => node.op === "!=" && comparesAccountWithNull(node.args))
  if (isGuarded) return []
  return nodes.flatMap((node) => {
    if (node.op !== "==") return []
    const [left, right] = node.args
    const field = isAccountId(left)
      ? nullableField(right, collection)
      : isAccountId(right)
        ? nullableField(left, collection)
        : null
    if (field === null) return []
    const message = `This also holds for callers without a token where ${field} is null.`
    const next = `Write auth.id != null && … before it, or make the field required.`
    return [problemAt(node, "RULE_HOLDS_FOR_NOBODY", message, next)]
  })
}

function allParts(node: RuleNode): readonly RuleNode[] {
  return [node, ...partsOf(node).flatMap(allParts)]
}

function comparesAccountWithNull([left, right]: readonly [RuleNode, RuleNode]): boolean {
  if (isAccount(left, right) || isAccount(right, left)) return true
  return (isAccountId(left) && isNull(right)) || (isAccountId(right) && isNull(left))
}

function isNull(node: RuleNode): boolean {
  return node.op === "value" && node.args === null
}

function isAccountId(node: RuleNode): boolean {
  const selection = selectionOf(node)
  return selection?.object.op === "id" && selection.object.args === "auth" && selection.key === "id"
}

function nullableField(node: RuleNode, { fields }: Collection): string | null {
  const selection = selectionOf(node)
  if (selection?.object.op !== "id" || !["doc", "old", "new"].includes(selection.object.args)) return null
  return fields.get(selection.key)?.nullable === true ? `${selection.object.args}.${selection.key}` : null
}
