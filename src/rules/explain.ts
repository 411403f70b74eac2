import type { Collection } from "../schema/schema.ts"
import { compilePart } from "./evaluator.ts"
import { RuleFrame } from "./frame.ts"
import type { ExplainedRule, RuleContext, RuleDocuments } from "./rules.ts"
import { shownValue } from "./shown-value.ts"
import type { RuleNode } from "./syntax.ts"
import { macroOf, partsOf, selectionOf } from "./syntax.ts"
import type { Outcome } from "./values.ts"
import { RuleFault } from "./values.ts"

/** What is explained. */
export interface ExplainedText {
  readonly node: RuleNode
  readonly collection: Collection
  readonly expression: string
}

/** Evaluates a rule part by part. Costs more than holds(), and is asked for by people. */
export function explainRule(text: ExplainedText, context: RuleContext, documents: RuleDocuments): ExplainedRule {
  // Each part is evaluated anew, with all the work that an evaluation may take.
  return explainPart(text.node, text, () => new RuleFrame(context, documents))
}

function explainPart(node: RuleNode, text: ExplainedText, newFrame: () => RuleFrame): ExplainedRule {
  const outcome = outcomeOf(node, text, newFrame)
  const reached = reachedParts(node, text, newFrame)
  const parts = visibleParts(node).map((part) =>
    reached.includes(part) ? explainPart(part, text, newFrame) : { text: textOf(part, text), parts: [] },
  )
  const own = textOf(node, text)
  if (outcome instanceof RuleFault) return { text: own, error: outcome.message, parts }
  return { text: own, value: shownValue(outcome), parts }
}

function outcomeOf(node: RuleNode, { collection }: ExplainedText, newFrame: () => RuleFrame): Outcome {
  try {
    return compilePart(node, { collection, elements: [] })(newFrame())
  } catch {
    return new RuleFault("The value is no JSON, or is nested too deeply.")
  }
}

function textOf(node: RuleNode, { expression }: ExplainedText): string {
  return expression.slice(node.start, node.end)
}

/** Literals explain themselves, and what a macro does with elements has no single value. */
function visibleParts(node: RuleNode): readonly RuleNode[] {
  const macro = macroOf(node)
  if (macro !== null) return [macro.list]
  if (selectionOf(node) !== null || (node.op === "call" && node.args[0] === "has")) return []
  return partsOf(node).filter((part) => part.op !== "value" && part.op !== "id")
}

/** The parts that were needed for the result. */
function reachedParts(node: RuleNode, text: ExplainedText, newFrame: () => RuleFrame): readonly RuleNode[] {
  if (node.op === "&&" || node.op === "||") {
    const [left, right] = node.args
    return outcomeOf(left, text, newFrame) === (node.op === "||") ? [left] : [left, right]
  }
  if (node.op !== "?:") return partsOf(node)
  const [condition, yes, no] = node.args
  const outcome = outcomeOf(condition, text, newFrame)
  return outcome === true ? [condition, yes] : outcome === false ? [condition, no] : [condition]
}
