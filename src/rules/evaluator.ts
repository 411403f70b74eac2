import type { Collection } from "../schema/schema.ts"
import { negate } from "./arithmetic.ts"
import type { Evaluate } from "./frame.ts"
import { noContext, RuleFrame } from "./frame.ts"
import { methods, plainFunctions } from "./functions.ts"
import type { RuleFunction } from "./functions.ts"
import { asFault, macroEvaluate } from "./macros.ts"
import { matcherFor, patternOf } from "./matches.ts"
import type { BinaryOperator } from "./operators.ts"
import { binaryFunction, element, member } from "./operators.ts"
import type { MacroCall, RuleNode } from "./syntax.ts"
import { macroOf, selectionOf } from "./syntax.ts"
import { RuleFault, isList, isMap, mapGet, typeName } from "./values.ts"
import type { Outcome, RuleKey, RuleValue } from "./values.ts"
import { isVariableName, variableReader } from "./variables.ts"

/** What a part means depends on: the collection of the rule, and the names that macros around it give to elements. */
export interface Scope {
  readonly collection: Collection
  readonly elements: readonly string[]
}

/**
 * Makes a function of a part of a rule, with the meaning that cel-go gives to it. It is ours rather than the parser's
 * own: it reads stored rows as they are, knows errors as values, counts its work, and gives the value of every part.
 */
export function compilePart(node: RuleNode, scope: Scope): Evaluate {
  const macro = macroOf(node)
  if (macro !== null) return compileMacro(macro, scope)
  switch (node.op) {
    case "value":
      return constant(literalValue(node.args))
    case "id":
      return compileName(node.args, scope)
    case ".":
    case "[]":
      return compileAccess(node, scope)
    case "&&":
      return both(compilePart(node.args[0], scope), compilePart(node.args[1], scope), false)
    case "||":
      return both(compilePart(node.args[0], scope), compilePart(node.args[1], scope), true)
    case "!_":
      return not(compilePart(node.args, scope))
    case "-_":
      return withValues([compilePart(node.args, scope)], ([value]) => negate(value!))
    case "?:":
      return choice(node.args.map((part) => compilePart(part, scope)))
    case "call":
    case "rcall":
      return compileCall(node, scope)
    case "list":
      return written(
        node.args.map((part) => compilePart(part, scope)),
        node.args,
        (values) => values,
      )
    case "map":
      return written(
        node.args.flat().map((part) => compilePart(part, scope)),
        node.args.flat(),
        mapOf,
      )
    case ".?":
    case "[?]":
      return constant(unavailable(node.op))
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
      return compileBinary(node.op, node.args, scope)
  }
}

/** A list or a map as written; one of literals alone is made once. */
function written(parts: readonly Evaluate[], nodes: readonly RuleNode[], make: RuleFunction): Evaluate {
  const evaluate = withValues(parts, make)
  if (!nodes.every(({ op }) => op === "value")) return evaluate
  return constant(evaluate(new RuleFrame(noContext, null)))
}

function constant(value: Outcome): Evaluate {
  return () => value
}

function unavailable(what: string): RuleFault {
  return new RuleFault(`${what} is not available in rules.`)
}

function literalValue(value: unknown): Outcome {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value as RuleValue
  return unavailable("The type uint")
}

function compileName(name: string, { elements }: Scope): Evaluate {
  const depth = elements.lastIndexOf(name)
  return depth === -1 ? constant(unavailable(name)) : (frame) => frame.elements[depth]!
}

function compileMacro({ name, list, variable, parts }: MacroCall, scope: Scope): Evaluate {
  const inner = { ...scope, elements: [...scope.elements, variable.op === "id" ? variable.args : ""] }
  return macroEvaluate({
    name,
    list: compilePart(list, scope),
    depth: scope.elements.length,
    parts: parts.map((part) => compilePart(part, inner)),
  })
}

function compileAccess(node: RuleNode, scope: Scope): Evaluate {
  const selection = selectionOf(node)
  const root = selection?.object
  if (selection !== null && root?.op === "id" && !scope.elements.includes(root.args) && isVariableName(root.args)) {
    const reader = variableReader(scope.collection, root.args, selection.key)
    return reader ?? constant(new RuleFault(`${root.args} has no ${selection.key}.`))
  }
  if (node.op === ".") {
    const [object, key] = node.args
    return withValues([compilePart(object, scope)], ([value]) => member(value!, key))
  }
  const parts = (node.args as readonly RuleNode[]).map((part) => compilePart(part, scope))
  return withValues(parts, ([value, index]) => (isList(value!) ? element(value, index!) : member(value!, index!)))
}

/** `&&` and `||`: what decides it wins over an error on the other side. */
function both(left: Evaluate, right: Evaluate, decisive: boolean): Evaluate {
  return (frame) => {
    const a = left(frame)
    if (a === decisive) return decisive
    const b = right(frame)
    if (b === decisive) return decisive
    if (a !== !decisive) return asFault(a)
    return b === !decisive ? b : asFault(b)
  }
}

function not(part: Evaluate): Evaluate {
  return (frame) => {
    const value = part(frame)
    return typeof value === "boolean" ? !value : asFault(value)
  }
}

function choice([condition, yes, no]: readonly Evaluate[]): Evaluate {
  return (frame) => {
    const value = condition!(frame)
    if (typeof value !== "boolean") return asFault(value)
    return value ? yes!(frame) : no!(frame)
  }
}

/** Evaluates all parts; the first error among them is the result. */
function withValues(parts: readonly Evaluate[], compute: RuleFunction): Evaluate {
  return (frame) => {
    const values: RuleValue[] = []
    for (const part of parts) {
      const value = part(frame)
      if (value instanceof RuleFault) return value
      values.push(value)
    }
    return compute(values, frame)
  }
}

function mapOf(values: readonly RuleValue[]): Outcome {
  const map = new Map<RuleKey, RuleValue>()
  for (let at = 0; at < values.length; at += 2) {
    const key = values[at]!
    if (typeof key !== "string" && typeof key !== "bigint" && typeof key !== "boolean") {
      return new RuleFault(`${typeName(key)} cannot be the key of a map.`)
    }
    if (map.has(key)) return new RuleFault(`The map has the key ${String(key)} twice.`)
    map.set(key, values[at + 1]!)
  }
  return map
}

function compileCall(node: RuleNode & { readonly op: "call" | "rcall" }, scope: Scope): Evaluate {
  if (node.op === "call") {
    const [name, args] = node.args
    if (name === "has" && args.length === 1) return compileHas(args[0]!, scope)
    const known = plainFunctions.get(name)
    if (known === undefined || args.length !== 1) return constant(unavailable(`${name}()`))
    return withValues(
      args.map((part) => compilePart(part, scope)),
      known,
    )
  }
  const [name, receiver, args] = node.args
  const pattern = patternOf(node)
  const known = pattern === null ? methods.get(name) : safeMatcher(pattern)
  if (known === undefined) return constant(unavailable(`${name}()`))
  return withValues(
    [receiver, ...args].map((part) => compilePart(part, scope)),
    known,
  )
}

function safeMatcher(pattern: string): RuleFunction {
  try {
    return matcherFor(pattern)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return () => new RuleFault(`The pattern of matches() cannot be used: ${error.message}.`)
  }
}

/** `has(object.key)`. A field of the schema is always there, even when it is null. */
function compileHas(node: RuleNode, scope: Scope): Evaluate {
  const selection = selectionOf(node)
  if (selection === null) return constant(new RuleFault("has() takes a member, as in has(doc.meta.plan)."))
  const { object, key } = selection
  if (object.op === "id" && !scope.elements.includes(object.args)) {
    const isKnown = isVariableName(object.args) && variableReader(scope.collection, object.args, key) !== null
    return constant(isKnown ? true : new RuleFault(`${object.args} has no ${key}.`))
  }
  return withValues([compilePart(object, scope)], ([value]) =>
    isMap(value!) ? mapGet(value, key) !== undefined : new RuleFault(`${typeName(value!)} has no members.`),
  )
}

function compileBinary(operator: BinaryOperator, args: readonly RuleNode[], scope: Scope): Evaluate {
  const left = compilePart(isAccount(args[0]!, args[1]!) ? accountId(args[0]!) : args[0]!, scope)
  const right = compilePart(isAccount(args[1]!, args[0]!) ? accountId(args[1]!) : args[1]!, scope)
  const compute = binaryFunction(operator)
  return (frame) => {
    const a = left(frame)
    if (a instanceof RuleFault) return a
    const b = right(frame)
    return b instanceof RuleFault ? b : compute(a, b, frame)
  }
}

/** `auth == null` asks whether nobody is signed in. */
export function isAccount(node: RuleNode, other: RuleNode): boolean {
  return node.op === "id" && node.args === "auth" && other.op === "value" && other.args === null
}

function accountId(node: RuleNode): RuleNode {
  return { ...node, op: ".", args: [node, "id"] }
}
