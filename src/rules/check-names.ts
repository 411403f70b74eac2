import { nearestWord } from "../lib/nearest-word.ts"
import type { Collection } from "../schema/schema.ts"
import { checkCall } from "./check-calls.ts"
import { isAccount } from "./evaluator.ts"
import { macroDepthMax } from "./limits.ts"
import type { RuleProblem, RuleProblemCode } from "./rule-problem.ts"
import { problemAt } from "./rule-problem.ts"
import type { RulePlace } from "./rules.ts"
import type { MacroCall, RuleNode, Selection } from "./syntax.ts"
import { macroOf, partsOf, selectionOf } from "./syntax.ts"
import type { VariableName } from "./variables.ts"
import { authMembers, isVariableName, requestMembers, variableNames, variableReader, variablesAt } from "./variables.ts"

/** Looks at every name, call and construct of a rule. */
export function checkNames(rule: RuleNode, collection: Collection, place: RulePlace): readonly RuleProblem[] {
  const checker = new NameChecker(collection, place)
  checker.visit(rule, [])
  return checker.problems
}

class NameChecker {
  readonly problems: RuleProblem[] = []
  readonly #collection: Collection
  readonly #place: RulePlace

  constructor(collection: Collection, place: RulePlace) {
    this.#collection = collection
    this.#place = place
  }

  visit(node: RuleNode, elements: readonly string[]): void {
    const macro = macroOf(node)
    if (macro !== null) return this.#visitMacro(node, macro, elements)
    const selection = selectionOf(node)
    if (selection?.object.op === "id" && !elements.includes(selection.object.args)) {
      return this.#visitMember(node, selection, selection.object.args)
    }
    if (node.op === "id") return this.#visitName(node, node.args, elements)
    const countBefore = this.problems.length
    this.#refuseConstruct(node)
    // What is inside of a refused part would only be complained about as well.
    if (this.problems.length > countBefore) return
    const parts = partsOf(node)
    const isEquality = node.op === "==" || node.op === "!="
    for (const [index, part] of parts.entries()) {
      if (isEquality && isAccount(part, parts[1 - index]!)) continue
      this.visit(part, elements)
    }
  }

  #visitMacro(node: RuleNode, { name, list, variable, parts }: MacroCall, elements: readonly string[]): void {
    this.visit(list, elements)
    const partCountMax = name === "map" ? 2 : 1
    if (variable.op !== "id" || parts.length > partCountMax) {
      const next = `Write ${name}(item, …), where item stands for each element.`
      return this.#add(node, "RULE_TYPE", `${name}() takes a name and a condition.`, next)
    }
    if (isVariableName(variable.args) || elements.includes(variable.args)) {
      this.#add(variable, "RULE_NAME_UNKNOWN", `${variable.args} has a meaning here already.`, "Choose another name.")
    }
    if (elements.length >= macroDepthMax) {
      const next = "Keep what is looked for in a field of its own."
      return this.#add(node, "RULE_UNSUPPORTED", `Macros may be nested ${macroDepthMax} deep.`, next)
    }
    for (const part of parts) this.visit(part, [...elements, variable.args])
  }

  #visitName(node: RuleNode, name: string, elements: readonly string[]): void {
    if (elements.includes(name)) return
    if (!isVariableName(name)) {
      return this.#refuseName(node, name, [...variableNames, ...elements], ` A text needs quotes: '${name}'.`)
    }
    if (!this.#isThere(node, name)) return
    const example =
      { auth: "auth.id", request: "request.method" }[name as "auth" | "request"] ?? `${name}.${this.#someField()}`
    const next =
      name === "auth"
        ? "Ask for a member, such as auth.id, or whether auth.id == null."
        : `Ask for a member, such as ${example}.`
    this.#add(node, "RULE_TYPE", `${name} is no value by itself.`, next)
  }

  #refuseName(node: RuleNode, name: string, candidates: readonly string[], textAdvice = ""): void {
    const nearest = nearestWord(name, candidates)
    const asField = this.#collection.fields.has(name) ? `Did you mean doc.${name}?` : ""
    const variables = `Variables: ${variablesAt(this.#place.operation).join(", ")}.`
    const next = asField || (nearest === undefined ? variables + textAdvice : `Did you mean "${nearest}"? ${variables}`)
    this.#add(node, "RULE_NAME_UNKNOWN", `${name} is unknown.`, next)
  }

  #visitMember(node: RuleNode, { key, keyStart, object }: Selection, root: string): void {
    if (!isVariableName(root)) return this.#refuseName(object, root, variableNames)
    if (!this.#isThere(object, root)) return
    if (variableReader(this.#collection, root, key) === null) {
      const members = this.#membersOf(root)
      const nearest = nearestWord(key, members)
      const all = members.length <= 30 ? `${root} has: ${members.join(", ")}.` : ""
      const next = [nearest === undefined ? "" : `Did you mean "${nearest}"?`, all]
        .filter((part) => part !== "")
        .join(" ")
      const owner = root === "auth" || root === "request" ? root : this.#collection.name
      return this.#add(
        { start: keyStart, end: node.op === "." ? node.end : keyStart + key.length + 2 },
        "RULE_NAME_UNKNOWN",
        `${owner} has no ${root === owner ? "member" : "field"} "${key}".`,
        next,
      )
    }
    if (root === "request" && key === "body" && this.#place.operation === "read") {
      const next = "Decide by auth, doc and the other members of request."
      this.#add(node, "RULE_PLACE", "A read has no body, so that a read rule cannot use request.body.", next)
    }
  }

  #membersOf(variable: VariableName): readonly string[] {
    if (variable === "auth") return Object.keys(authMembers)
    return variable === "request" ? Object.keys(requestMembers) : [...this.#collection.fields.keys()]
  }

  #isThere(node: Pick<RuleNode, "start" | "end">, name: VariableName): boolean {
    const variables = variablesAt(this.#place.operation)
    if (variables.includes(name)) return true
    const next = `Here are: ${variables.join(", ")}.`
    const where =
      this.#place.operation === "call"
        ? `${name} is a document, and there is none where a function is called.`
        : `${name} exists only where a document is changed: in update and write rules.`
    this.#add(node, "RULE_PLACE", where, next)
    return false
  }

  #refuseConstruct(node: RuleNode): void {
    if (node.op === "[]" && node.args[0].op === "id" && isVariableName(node.args[0].args)) {
      const next = `Write the name: ${node.args[0].args}.${this.#someField()}.`
      this.#add(node, "RULE_UNSUPPORTED", "A field is named in the rule, not computed.", next)
    }
    if (
      node.op === "value" &&
      typeof node.args === "object" &&
      node.args !== null &&
      !(node.args instanceof Uint8Array)
    ) {
      this.#add(node, "RULE_UNSUPPORTED", "Rules have no unsigned numbers.", "Leave the u out.")
    }
    if (
      node.op === "value" &&
      node.args instanceof Uint8Array &&
      node.input.slice(node.start, node.end).includes("\\")
    ) {
      const next = "Write the characters themselves, in UTF-8."
      this.#add(node, "RULE_UNSUPPORTED", "Bytes are written without escapes here.", next)
    }
    if (node.op === "value" && typeof node.args === "bigint" && node.args > BigInt(Number.MAX_SAFE_INTEGER)) {
      const next = `Fields hold whole numbers up to ${Number.MAX_SAFE_INTEGER}.`
      this.#add(node, "RULE_UNSUPPORTED", "This whole number is too large to be compared with a float exactly.", next)
    }
    if (node.op === ".?" || node.op === "[?]") {
      this.#add(node, "RULE_UNSUPPORTED", "Rules have no optional values.", "Ask with has(…) first.")
    }
    if (node.op === "call" || node.op === "rcall") this.problems.push(...checkCall(node))
  }

  #someField(): string {
    return this.#collection.primaryKey.name
  }

  #add(part: Pick<RuleNode, "start" | "end">, code: RuleProblemCode, message: string, next: string): void {
    this.problems.push(problemAt(part, code, message, next))
  }
}
