import { Environment } from "@marcbachmann/cel-js"
import type { TypeError } from "@marcbachmann/cel-js"

import type { Collection, Field, FieldType } from "../schema/schema.ts"
import { isAccount } from "./evaluator.ts"
import type { RuleProblem } from "./rule-problem.ts"
import { problemAt } from "./rule-problem.ts"
import type { RuleNode } from "./syntax.ts"
import { macroOf, partsOf, syntaxLimits } from "./syntax.ts"
import { authMembers, requestMembers } from "./variables.ts"

/** Stands for `auth` in `auth == null` while types are checked: as long, so that positions stay. */
const accountName = "_aid"

/** The types of fields in CEL. A field that may be null has no type, since CEL's types know no null. */
const fieldTypes: { readonly [type in FieldType]: string } = {
  uuid: "string",
  string: "string",
  text: "string",
  int: "int",
  float: "double",
  bool: "bool",
  timestamp: "google.protobuf.Timestamp",
  json: "dyn",
  blob: "bytes",
}

const environments = new WeakMap<Collection, Environment>()

function environmentOf(collection: Collection): Environment {
  const known = environments.get(collection)
  if (known !== undefined) return known
  const fields = Object.fromEntries([...collection.fields.values()].map((field) => [field.name, typeOf(field)]))
  const environment = new Environment({ limits: syntaxLimits })
    .registerVariable("auth", { schema: { ...authMembers } })
    .registerVariable("request", { schema: { ...requestMembers } })
    .registerVariable("doc", { schema: fields })
    .registerVariable("old", { schema: fields })
    .registerVariable("new", { schema: fields })
    .registerVariable(accountName, "dyn")
  environments.set(collection, environment)
  return environment
}

function typeOf({ type, nullable }: Field): string {
  return nullable ? "dyn" : fieldTypes[type]
}

/** Checks the types of a rule whose names are right already. */
export function checkTypes(rule: RuleNode, expression: string, collection: Collection): readonly RuleProblem[] {
  const text = withAccountName(rule, expression)
  const environment = environmentOf(collection)
  const { valid, type, error } = environment.check(text)
  if (!valid) return [typeProblem(rule, expression, error as TypeError)]
  if (type !== "bool" && type !== "dyn") {
    const next = "End it in a comparison, such as doc.author_id == auth.id."
    return [problemAt(rule, "RULE_TYPE", `A rule must be true or false; this one is ${shownType(type)}.`, next)]
  }
  return checkConversions(rule, text, environment, [])
}

/** Writes the account's stand-in over `auth` where it is compared with null. */
function withAccountName(rule: RuleNode, expression: string): string {
  let text = expression
  const visit = (node: RuleNode): void => {
    const [left, right] = partsOf(node)
    for (const part of partsOf(node)) {
      const other = part === left ? right : left
      const isComparison = (node.op === "==" || node.op === "!=") && other !== undefined
      if (isComparison && isAccount(part, other)) text = text.slice(0, part.start) + accountName + text.slice(part.end)
      else visit(part)
    }
  }
  visit(rule)
  return text
}

function typeProblem(rule: RuleNode, expression: string, error: TypeError): RuleProblem {
  const { start, end } = error.range ?? { start: rule.start, end: rule.end }
  const part = { start: Math.max(0, start), end: Math.max(start + 1, end) }
  const summary = (error.summary ?? error.message).replaceAll(
    /google\.protobuf\.(Timestamp|Duration)/g,
    (_all, name: string) => name.toLowerCase(),
  )
  const [, shown = ""] = /^no such overload: (.*)$/s.exec(summary) ?? []
  if (shown === "") {
    const next =
      error.code === "heterogeneous_list_element" ? otherLists : "See docs/rules.md for what takes which types."
    return problemAt(part, "RULE_TYPE", `${summary[0]!.toUpperCase()}${summary.slice(1)}.`, next)
  }
  return problemAt(part, "RULE_TYPE", `There is no ${shown}.`, adviceFor(shown, expression.slice(start, end)))
}

const otherLists = "Write a list for each type, and join the comparisons with ||."

function adviceFor(shown: string, text: string): string {
  if (/\bnull\b/.test(shown)) return `A required field is never null: leave ${text} out.`
  if (/\bint\b/.test(shown) && /\bdouble\b/.test(shown))
    return "Write a float with a point, such as 1.0, and an int without."
  if (/timestamp/.test(shown) && /string/.test(shown)) return 'Write a moment as timestamp("2026-01-31T12:00:00Z").'
  return "Compare values of one type."
}

/** Conversions do as CEL says only for types that are known, and not for all of them. */
function checkConversions(
  node: RuleNode,
  text: string,
  environment: Environment,
  elements: readonly string[],
): readonly RuleProblem[] {
  const macro = macroOf(node)
  const inner = macro?.variable.op === "id" ? [...elements, macro.variable.args] : elements
  const below = partsOf(node).flatMap((part) => checkConversions(part, text, environment, inner))
  if (node.op !== "call" || (node.args[0] !== "string" && node.args[0] !== "double")) return below
  const allowed = node.args[0] === "string" ? ["string", "int", "bool"] : ["int", "double"]
  const argument = node.args[1][0]!
  const { type = "dyn" } = environment.check(text.slice(argument.start, argument.end))
  if (allowed.includes(type)) return below
  const message = `${node.args[0]}() takes ${allowed.join(", ")} here, not ${shownType(type)}.`
  return [...below, problemAt(node, "RULE_UNSUPPORTED", message, "Compare the value as it is.")]
}

function shownType(type: string | undefined): string {
  return type === undefined || type === "dyn"
    ? "a value of unknown type"
    : type.replace(/^google\.protobuf\.(.)/, (_all, first: string) => first.toLowerCase())
}
