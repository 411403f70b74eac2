import type { Collection } from "../schema/schema.ts"
import type { RuleNode } from "./syntax.ts"
import { macroOf, parseRule, partsOf, selectionOf } from "./syntax.ts"

/** What the rules of a collection compare, as far as sample documents depend on it. */
export interface ComparedFields {
  /** Fields that are held against `auth.id`: whose document it is. */
  readonly byId: readonly string[]
  /** Fields that are held against `auth.email`. */
  readonly byEmail: readonly string[]
  /** Other fields that rules look at. */
  readonly others: readonly string[]
  /** Roles that rules name. */
  readonly roles: readonly string[]
  readonly looksAtVerified: boolean
}

/** Finds out what the rules of a collection compare: all of them, those of its fields too. */
export function comparedFields(collection: Collection): ComparedFields {
  const found = { id: new Set<string>(), email: new Set<string>(), fields: new Set<string>(), roles: new Set<string>() }
  let looksAtVerified = false
  const visit = (node: RuleNode, elements: Elements): void => {
    const field = fieldOf(node)
    if (field !== null) found.fields.add(field)
    if (memberOf(node, "auth") === "verified") looksAtVerified = true
    const parts = partsOf(node)
    if (node.op === "==" || node.op === "!=" || node.op === "in") compare(parts, found, elements)
    const inside = withElement(node, elements)
    for (const part of parts) visit(part, inside)
  }
  for (const expression of expressionsOf(collection)) visit(parsed(expression), new Map())
  const byId = [...found.id]
  const byEmail = [...found.email].filter((name) => !found.id.has(name))
  const others = [...found.fields].filter((name) => !found.id.has(name) && !found.email.has(name))
  const isField = (name: string): boolean => collection.fields.has(name)
  return {
    byId: byId.filter(isField),
    byEmail: byEmail.filter(isField),
    others: others.filter(isField),
    roles: [...found.roles],
    looksAtVerified,
  }
}

/** The names that macros give to elements, with the fields that these are of. */
type Elements = ReadonlyMap<string, string>

/** In `doc.editors.exists(one, one == auth.id)`, `one` stands for the elements of `editors`. */
function withElement(node: RuleNode, elements: Elements): Elements {
  const macro = macroOf(node)
  const field = macro === null ? null : fieldOf(macro.list)
  if (macro === null || field === null || macro.variable.op !== "id") return elements
  return new Map([...elements, [macro.variable.args, field]])
}

function compare(
  [left, right]: readonly RuleNode[],
  found: { readonly id: Set<string>; readonly email: Set<string>; readonly roles: Set<string> },
  elements: Elements,
): void {
  if (left === undefined || right === undefined) return
  for (const [one, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const member = memberOf(one, "auth")
    const field = fieldOf(other) ?? (other.op === "id" ? (elements.get(other.args) ?? null) : null)
    if (member === "id" && field !== null) found.id.add(field)
    if (member === "email" && field !== null) found.email.add(field)
    if (member === "role") for (const text of textsIn(other)) found.roles.add(text)
  }
}

/** The field that a part is, such as `doc.author_id`. */
function fieldOf(node: RuleNode): string | null {
  return memberOf(node, "doc") ?? memberOf(node, "new") ?? memberOf(node, "old")
}

function memberOf(node: RuleNode, variable: string): string | null {
  const selection = selectionOf(node)
  if (selection === null || selection.object.op !== "id") return null
  return selection.object.args === variable ? selection.key : null
}

function textsIn(node: RuleNode): string[] {
  if (node.op === "value") return typeof node.args === "string" ? [node.args] : []
  return macroOf(node) === null ? partsOf(node).flatMap(textsIn) : []
}

function expressionsOf({ rules, fields }: Collection): string[] {
  const own = Object.values(rules)
  const ofFields = [...fields.values()].flatMap((field) => [field.rules.read, field.rules.write])
  return [...own, ...ofFields].flatMap((rule) => (rule === null ? [] : [rule.expression]))
}

/** A rule with a problem is said when the schema loads; here it compares nothing. */
function parsed(expression: string): RuleNode {
  try {
    return parseRule(expression)
  } catch {
    return parseRule("false")
  }
}
