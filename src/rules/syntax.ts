import type { ASTNode } from "@marcbachmann/cel-js"
import { Environment } from "@marcbachmann/cel-js"

import { literalSizeMax, ruleDepthMax, rulePartCountMax } from "./limits.ts"

/** A part of a rule with the range of its text. */
export type RuleNode = ASTNode

/** What the parser may produce, for every environment here. */
export const syntaxLimits = {
  maxAstNodes: rulePartCountMax,
  maxDepth: ruleDepthMax,
  maxListElements: literalSizeMax,
  maxMapEntries: literalSizeMax,
  maxCallArguments: 8,
}

const anyNames = new Environment({ unlistedVariablesAreDyn: true, limits: syntaxLimits })

/** Parses a rule; throws ParseError of the library. */
export function parseRule(expression: string): RuleNode {
  return anyNames.parse(expression).ast
}

/** The macros that go through a list: the call `list.exists(name, part)`. */
export const macroNames = ["all", "exists", "exists_one", "map", "filter"] as const

export type MacroName = (typeof macroNames)[number]

/** A macro that goes through a list, taken apart. */
export interface MacroCall {
  readonly name: MacroName
  readonly list: RuleNode
  readonly variable: RuleNode
  /** What is evaluated for each element: one part, or the filter and the transformation of `map`. */
  readonly parts: readonly RuleNode[]
}

/** Returns the macro that a part is, or null. */
export function macroOf(node: RuleNode): MacroCall | null {
  if (node.op !== "rcall") return null
  const [name, list, [variable, ...parts]] = node.args
  const isMacro = (macroNames as readonly string[]).includes(name) && variable !== undefined && parts.length > 0
  return isMacro ? { name: name as MacroName, list, variable, parts } : null
}

/** A member that is named in the rule: `object.key`, or `object["key"]`. */
export interface Selection {
  readonly object: RuleNode
  readonly key: string
  /** Where the key stands in the text. */
  readonly keyStart: number
}

/** Returns the selection that a part is, or null. */
export function selectionOf(node: RuleNode): Selection | null {
  if (node.op === ".") {
    const [object, key] = node.args
    return { object, key, keyStart: node.end - key.length }
  }
  if (node.op !== "[]") return null
  const [object, index] = node.args
  if (index.op !== "value" || typeof index.args !== "string") return null
  return { object, key: index.args, keyStart: index.start }
}

/** The parts directly below a part. The name that a macro gives to elements is none. */
export function partsOf(node: RuleNode): readonly RuleNode[] {
  const macro = macroOf(node)
  if (macro !== null) return [macro.list, ...macro.parts]
  switch (node.op) {
    case "value":
    case "id":
      return []
    case ".":
    case ".?":
      return [node.args[0]]
    case "call":
      return node.args[1]
    case "rcall":
      return [node.args[1], ...node.args[2]]
    case "map":
      return node.args.flat()
    case "!_":
    case "-_":
      return [node.args]
    case "[]":
    case "[?]":
    case "?:":
    case "&&":
    case "||":
    case "list":
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
    case "in":
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return node.args
  }
}
