import { compilePart } from "./evaluator.ts"
import type { SqlScope } from "./sql-scope.ts"
import { isKnownBeforeRows } from "./mentions.ts"
import { binaryFunction } from "./operators.ts"
import { equalityOf, inequalityOf, orderOf } from "./sql-compare.ts"
import { membershipOf } from "./sql-membership.ts"
import type { KnownOperand, Operand } from "./sql-operand.ts"
import { fieldOperand, jsonAs, jsonStep, jsonTypeSql, memberOf } from "./sql-operand.ts"
import type { NarrowPart, Piece } from "./sql-piece.ts"
import { bothPieces, choicePiece, eitherPiece, faultPiece, isKnown, notPiece, sqlPiece } from "./sql-piece.ts"
import { elementOperand, keyOperand, quantifiedPiece, withElement } from "./sql-scope.ts"
import { sizeOperand, textTestOf, textTests } from "./sql-texts.ts"
import type { TextTest } from "./sql-texts.ts"
import type { MacroCall, RuleNode } from "./syntax.ts"
import { macroOf, selectionOf } from "./syntax.ts"
import { RuleFault } from "./values.ts"

/** A part of a rule that has no meaning in SQL, and why. */
export class Untranslatable {
  readonly node: RuleNode
  /** The end of a sentence that begins with "This rule cannot become SQL: ". */
  readonly reason: string
  constructor(node: RuleNode, reason: string) {
    this.node = node
    this.reason = reason
  }
}

/**
 * Translates a part that stands for true or false. What is known of the caller is filled in later, so that whether a
 * rule can be translated never depends on who asks.
 */
export function translateCondition(node: RuleNode, scope: SqlScope): NarrowPart | Untranslatable {
  if (isKnownBeforeRows(node, scope.elements)) return knownPart(node, scope)
  if (node.op === "&&") return joined(node.args, scope, bothPieces)
  if (node.op === "||") return joined(node.args, scope, eitherPiece)
  if (node.op === "?:") return translateChoice(node.args, scope)
  if (node.op === "!_") {
    const part = translateCondition(node.args, scope)
    return part instanceof Untranslatable ? part : (frame) => notPiece(part(frame))
  }
  if (isComparison(node)) return translateComparison(node, scope)
  if (node.op === "call" && node.args[0] === "has") return translateHas(node, scope)
  const macro = macroOf(node)
  if (macro !== null) return translateMacro(node, macro, scope)
  if (node.op === "rcall") return translateMethod(node, scope)
  const operand = translateOperand(node, scope)
  return operand instanceof Untranslatable ? operand : truth(operand)
}

function knownPart(node: RuleNode, scope: SqlScope): NarrowPart {
  const evaluate = compilePart(node, scope)
  return (frame) => ({ known: evaluate(frame) })
}

function joined(
  [left, right]: readonly [RuleNode, RuleNode],
  scope: SqlScope,
  join: (a: Piece, b: Piece) => Piece,
): NarrowPart | Untranslatable {
  const a = translateCondition(left, scope)
  if (a instanceof Untranslatable) return a
  const b = translateCondition(right, scope)
  return b instanceof Untranslatable ? b : (frame) => join(a(frame), b(frame))
}

function translateChoice(
  [condition, yes, no]: readonly [RuleNode, RuleNode, RuleNode],
  scope: SqlScope,
): NarrowPart | Untranslatable {
  const a = translateCondition(condition, scope)
  if (a instanceof Untranslatable) return a
  const b = translateCondition(yes, scope)
  if (b instanceof Untranslatable) return b
  const c = translateCondition(no, scope)
  return c instanceof Untranslatable ? c : (frame) => choicePiece(a(frame), b(frame), c(frame))
}

/** A value that stands where true or false is wanted. */
function truth(operand: Operand): NarrowPart {
  if (operand.kind === "known") return (frame) => ({ known: operand.evaluate(frame) })
  const scalar = operand.kind === "json" ? jsonAs(operand, "bool") : operand
  if (scalar.type !== "bool") return () => faultPiece("This is no condition.")
  const { sql, field } = scalar
  const piece = sqlPiece(sql, [], [field])
  const isColumn = operand.kind === "scalar" && operand.isColumn
  return () => (isColumn ? { ...piece, equalities: [{ field, value: 1 }] } : piece)
}

type Comparison = RuleNode & { readonly op: "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" }

const comparisonOperators: readonly string[] = ["==", "!=", "<", "<=", ">", ">=", "in"]

function isComparison(node: RuleNode): node is Comparison {
  return comparisonOperators.includes(node.op)
}

function translateComparison(node: Comparison, scope: SqlScope): NarrowPart | Untranslatable {
  const [left, right] = node.args
  if (node.op === "in" && right.op === "list" && !isKnownBeforeRows(right, scope.elements)) {
    return translateInWritten(node, left, right.args, scope)
  }
  const a = translateOperand(left, scope)
  if (a instanceof Untranslatable) return a
  const b = translateOperand(right, scope)
  if (b instanceof Untranslatable) return b
  const part = comparisonOf(node.op, a, b)
  return part ?? new Untranslatable(node, "SQL does not compare these two values as rules do")
}

function comparisonOf(operator: Comparison["op"], a: Operand, b: Operand): NarrowPart | null {
  if (a.kind === "known" && b.kind === "known") return knownComparison(operator, a, b)
  switch (operator) {
    case "==":
      return equalityOf(a, b)
    case "!=": {
      const equality = equalityOf(a, b)
      return equality === null ? null : inequalityOf(equality)
    }
    case "in":
      return membershipOf(a, b)
    case "<":
    case "<=":
    case ">":
    case ">=":
      return orderOf(operator, a, b)
  }
}

/** Two values that are known after all, such as the error that a member of a text is. */
function knownComparison(operator: Comparison["op"], a: KnownOperand, b: KnownOperand): NarrowPart {
  const compute = binaryFunction(operator)
  return (frame) => {
    const left = a.evaluate(frame)
    if (left instanceof RuleFault) return { known: left }
    const right = b.evaluate(frame)
    return { known: right instanceof RuleFault ? right : compute(left, right, frame) }
  }
}

/** `auth.id in [doc.author_id, doc.editor_id]`: one equality for each. Columns are never an error. */
function translateInWritten(
  node: RuleNode,
  value: RuleNode,
  members: readonly RuleNode[],
  scope: SqlScope,
): NarrowPart | Untranslatable {
  const sought = translateOperand(value, scope)
  if (sought instanceof Untranslatable) return sought
  const parts: NarrowPart[] = []
  for (const member of members) {
    const operand = translateOperand(member, scope)
    if (operand instanceof Untranslatable) return operand
    const isPlain = operand.kind === "scalar" && operand.isColumn
    const part = isPlain ? equalityOf(sought, operand) : null
    if (part === null) return new Untranslatable(node, "a list with document fields may hold nothing but columns")
    parts.push(part)
  }
  return (frame) => parts.map((part) => part(frame)).reduce(eitherPiece)
}

function translateMethod(node: RuleNode & { readonly op: "rcall" }, scope: SqlScope): NarrowPart | Untranslatable {
  const [name, receiver, [argument]] = node.args
  if (name === "size") return new Untranslatable(node, "size() is a number, not a condition")
  if (!(textTests as readonly string[]).includes(name) || argument === undefined) {
    return new Untranslatable(node, `${name}() has no counterpart in SQL`)
  }
  const a = translateOperand(receiver, scope)
  if (a instanceof Untranslatable) return a
  const b = translateOperand(argument, scope)
  return b instanceof Untranslatable ? b : textTestOf(name as TextTest, a, b)
}

/** `exists` and `all` over a json field, and over what is in it. */
function translateMacro(node: RuleNode, macro: MacroCall, scope: SqlScope): NarrowPart | Untranslatable {
  const { name, list, variable, parts } = macro
  if (name !== "exists" && name !== "all") return new Untranslatable(node, whyNot(node))
  const over = translateOperand(list, scope)
  if (over instanceof Untranslatable) return over
  if (over.kind !== "json" || variable.op !== "id") return new Untranslatable(node, whyNot(node))
  const depth = scope.elements.length
  const ofList = translateCondition(parts[0]!, withElement(scope, variable.args, elementOperand(over, depth)))
  if (ofList instanceof Untranslatable) return ofList
  const ofMap = translateCondition(parts[0]!, withElement(scope, variable.args, keyOperand(over, depth)))
  if (ofMap instanceof Untranslatable) return ofMap
  return (frame) => quantifiedPiece(name, over, depth, { ofList: ofList(frame), ofMap: ofMap(frame) })
}

/** `has(doc.field)` is always true; `has(doc.meta.plan)` asks whether the object has the key. */
function translateHas(node: RuleNode & { readonly op: "call" }, scope: SqlScope): NarrowPart | Untranslatable {
  const selection = selectionOf(node.args[1][0]!)
  const isField = selection?.object.op === "id" && !scope.elements.includes(selection.object.args)
  if (isField) return knownPart(node, scope)
  const whole = translateOperand(node.args[1][0]!, scope)
  const object = selection === null ? null : translateOperand(selection.object, scope)
  if (whole instanceof Untranslatable) return whole
  if (whole.kind === "known") return (frame) => ({ known: whole.evaluate(frame) })
  if (whole.kind !== "json" || object === null || object instanceof Untranslatable || object.kind !== "json") {
    return new Untranslatable(node, "has() takes a field, or a key of a json field")
  }
  const sql = `(CASE ${jsonTypeSql(object)} WHEN 'object' THEN ${jsonTypeSql(whole)} IS NOT NULL END)`
  return () => sqlPiece(sql, [], [whole.field])
}

/**
 * Translates a part that stands for a value. Within a macro only what its own element holds may be looked into: looking
 * through another list for each element would take the time of both lists' lengths multiplied, on every row.
 */
function translateOperand(node: RuleNode, scope: SqlScope): Operand | Untranslatable {
  const operand = translateValue(node, scope)
  if (operand instanceof Untranslatable || operand.kind !== "json" || operand.depth === scope.elements.length)
    return operand
  return new Untranslatable(node, "within a macro, only its own element is looked into")
}

function translateValue(node: RuleNode, scope: SqlScope): Operand | Untranslatable {
  if (node.op === "id" && node.args === "auth") return { kind: "known", evaluate: ({ auth }) => auth.id }
  if (isKnownBeforeRows(node, scope.elements)) return { kind: "known", evaluate: compilePart(node, scope) }
  if (node.op === "id") return scope.operands.at(scope.elements.lastIndexOf(node.args))!
  const selection = selectionOf(node)
  if (selection !== null || node.op === "[]") return translateSelection(node, scope)
  if (node.op === "call" && node.args[0] === "dyn") return translateOperand(node.args[1][0]!, scope)
  const isSize = (node.op === "call" && node.args[0] === "size") || (node.op === "rcall" && node.args[0] === "size")
  if (!isSize) return new Untranslatable(node, whyNot(node))
  const measured = node.op === "call" ? node.args[1][0]! : node.args[1]
  const operand = translateOperand(measured, scope)
  if (operand instanceof Untranslatable) return operand
  const size = operand.kind === "known" ? null : sizeOperand(operand)
  return size ?? { kind: "known", evaluate: () => new RuleFault("size() does not take this.") }
}

function translateSelection(node: RuleNode, scope: SqlScope): Operand | Untranslatable {
  const selection = selectionOf(node)
  if (selection === null) return translateIndex(node, scope)
  const { object, key } = selection
  if (object.op === "id" && !scope.elements.includes(object.args)) {
    const field = object.args === "new" ? undefined : scope.collection.fields.get(key)
    return field === undefined ? new Untranslatable(node, `there is no column ${key}`) : fieldOperand(field)
  }
  const parent = translateOperand(object, scope)
  if (parent instanceof Untranslatable) return parent
  if (parent.kind !== "json") return { kind: "known", evaluate: () => new RuleFault("This has no members.") }
  const step = jsonStep(key)
  return step === null ? new Untranslatable(node, "a key of a json field must be a plain word") : memberOf(parent, step)
}

function translateIndex(node: RuleNode, scope: SqlScope): Operand | Untranslatable {
  const [list, index] = node.args as readonly [RuleNode, RuleNode]
  const isPlain = index.op === "value" && typeof index.args === "bigint"
  if (!isPlain) return new Untranslatable(node, "an index into a json field must be a number in the rule")
  const parent = translateOperand(list, scope)
  if (parent instanceof Untranslatable) return parent
  if (parent.kind !== "json") return { kind: "known", evaluate: () => new RuleFault("This is not a list.") }
  return memberOf(parent, `[${String(index.args)}]`)
}

function whyNot(node: RuleNode): string {
  const macro = macroOf(node)
  if (macro !== null) return `of the macros SQL has exists and all, over a json field`
  if (node.op === "call" || node.op === "rcall") return `${node.args[0]}() is not computed in SQL as rules do`
  if (node.op === "list" || node.op === "map") return "a list or a map with document fields is not made in SQL"
  if (["?:", "&&", "||", "!_"].includes(node.op) || isComparison(node)) {
    return "a condition is not compared with something; write it with && and ||"
  }
  return "arithmetic with document fields is not done in SQL, where its limits are others"
}

/** Fills in what is known and says what is left of a whole rule. */
export function narrowedPiece(piece: Piece): "all" | "none" | Exclude<Piece, { readonly known: unknown }> {
  if (!isKnown(piece)) return piece
  return piece.known === true ? "all" : "none"
}
