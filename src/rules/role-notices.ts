import { nearestWord } from "../lib/nearest-word.ts"
import type { Schema } from "../schema/schema.ts"
import type { RuleProblem } from "./rule-problem.ts"
import { problemAt } from "./rule-problem.ts"
import type { RuleNode } from "./syntax.ts"
import { partsOf, selectionOf } from "./syntax.ts"

/** The roles that accounts may have: those that the `role` of the users collection allows. Null where it allows any. */
export function rolesOfAccounts(schema: Schema, accountsCollection: string): readonly string[] | null {
  const allowed = schema.collections.get(accountsCollection)?.fields.get("role")?.enum ?? null
  return allowed === null ? null : allowed.map(String)
}

/**
 * Roles that no account can have and that look like one it can. Others are left alone: API keys have roles of their own.
 */
export function misspeltRoles(rule: RuleNode, roles: readonly string[] | null): readonly RuleProblem[] {
  if (roles === null) return []
  const known = new Set([...roles, adminRole])
  return namedRoles(rule).flatMap((node) => {
    const { args: role } = node
    if (typeof role !== "string" || known.has(role)) return []
    const nearest = nearestWord(role, known)
    if (nearest === undefined) return []
    const next = `Did you mean '${nearest}'? Only an API key can have another role.`
    return [problemAt(node, "RULE_ROLE_UNKNOWN", `No account can have the role '${role}'.`, next)]
  })
}

/** Admins pass every rule, whether or not the users collection names their role. */
const adminRole = "admin"

function namedRoles(node: RuleNode): readonly RuleNode[] {
  const parts = partsOf(node)
  const [left, right] = parts
  const isComparison = node.op === "==" || node.op === "!=" || node.op === "in"
  const beside =
    !isComparison || left === undefined || right === undefined
      ? []
      : isRole(left)
        ? [right, ...partsOf(right)]
        : isRole(right)
          ? [left]
          : []
  return [...beside.filter(({ op }) => op === "value"), ...parts.flatMap(namedRoles)]
}

function isRole(node: RuleNode): boolean {
  const selection = selectionOf(node)
  return selection?.object.op === "id" && selection.object.args === "auth" && selection.key === "role"
}
