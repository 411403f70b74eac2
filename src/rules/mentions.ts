import { isAccount } from "./evaluator.ts"
import type { RuleMentions } from "./rules.ts"
import type { RuleNode } from "./syntax.ts"
import { macroOf, partsOf, selectionOf } from "./syntax.ts"
import type { VariableName } from "./variables.ts"
import { isVariableName } from "./variables.ts"

/** Lists what a rule mentions of the variables. */
export function mentionsOf(rule: RuleNode): RuleMentions {
  const found: { readonly [name in VariableName]: Set<string> } = {
    auth: new Set(),
    doc: new Set(),
    old: new Set(),
    new: new Set(),
    request: new Set(),
  }
  collect(rule, [], (variable, path) => {
    if (!isVariableName(variable)) return
    const ofFields = variable === "doc" || variable === "old" || variable === "new"
    found[variable].add(ofFields ? (path[0] ?? "") : path.join("."))
  })
  return {
    auth: [...found.auth],
    request: [...found.request],
    doc: [...new Set([...found.doc, ...found.old])],
    new: [...found.new],
  }
}

/** Tells whether a part needs no document, and none of the elements that the macros around it go through. */
export function isKnownBeforeRows(part: RuleNode, around: readonly string[]): boolean {
  let isKnown = true
  collect(part, [], (name) => {
    if (around.includes(name) || (name !== "auth" && name !== "request")) isKnown = false
  })
  return isKnown
}

type Note = (name: string, path: readonly string[]) => void

/** Notes every name that is not one of an element within the part. */
function collect(node: RuleNode, elements: readonly string[], note: Note): void {
  const path = pathOf(node)
  if (path !== null) {
    const [root, ...keys] = path as [string, ...string[]]
    if (!elements.includes(root)) note(root, keys)
    return
  }
  const macro = macroOf(node)
  if (macro !== null) {
    collect(macro.list, elements, note)
    const name = macro.variable.op === "id" ? macro.variable.args : ""
    for (const part of macro.parts) collect(part, [...elements, name], note)
    return
  }
  const parts = partsOf(node)
  const [left, right] = parts
  for (const part of parts) {
    const other = part === left ? right : left
    const isId = (node.op === "==" || node.op === "!=") && other !== undefined && isAccount(part, other)
    if (isId) note("auth", ["id"])
    else collect(part, elements, note)
  }
}

/** The names of `root.key.key`, or null for what is no such chain. */
function pathOf(node: RuleNode): readonly string[] | null {
  if (node.op === "id") return [node.args]
  const selection = selectionOf(node)
  if (selection === null) return null
  const path = pathOf(selection.object)
  return path === null ? null : [...path, selection.key]
}
