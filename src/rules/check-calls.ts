import { nearestWord } from "../lib/nearest-word.ts"
import { noContext, RuleFrame } from "./frame.ts"
import { methods, plainFunctions } from "./functions.ts"
import { matcherFor, patternOf } from "./matches.ts"
import type { RuleProblem } from "./rule-problem.ts"
import { problemAt } from "./rule-problem.ts"
import type { RuleNode } from "./syntax.ts"
import { macroNames, selectionOf } from "./syntax.ts"
import { RuleFault } from "./values.ts"

type Call = RuleNode & { readonly op: "call" | "rcall" }

/** What is wrong with a call by itself; whether its values fit is for the types to say. */
export function checkCall(node: Call): readonly RuleProblem[] {
  const [name] = node.args
  const args = node.op === "call" ? node.args[1] : node.args[2]
  if (node.op === "rcall" && name === "matches") return checkMatches(node)
  if (node.op === "call" && name === "has") return checkHas(node, args)
  const known = node.op === "call" ? plainFunctions : methods
  if (!known.has(name)) return [unknownFunction(node, name, known)]
  const countMax = argumentCount(node, name)
  if (args.length !== countMax) {
    const zone = name.startsWith("get") ? "Times are in UTC; other zones are not available." : "See docs/rules.md."
    return [
      problemAt(node, "RULE_UNSUPPORTED", `${name}() takes ${countMax === 0 ? "no value" : "one value"} here.`, zone),
    ]
  }
  return name === "timestamp" || name === "duration" ? checkTime(node, name, args[0]!) : []
}

function argumentCount(node: Call, name: string): number {
  if (node.op === "call") return 1
  return name === "size" || name.startsWith("get") ? 0 : 1
}

/** What to write instead of functions that people know from CEL. */
const instead: Readonly<Record<string, string>> = {
  int: "Compare numbers as they are; int and double compare with each other.",
  uint: "Rules have no unsigned numbers.",
  bool: 'Compare with a text instead: value == "true".',
  bytes: 'Write bytes as b"…".',
  type: "Types are known from the schema.",
  lowerAscii: "Keep the text in the form that it is compared in.",
  upperAscii: "Keep the text in the form that it is compared in.",
}

function unknownFunction(node: Call, name: string, known: ReadonlyMap<string, unknown>): RuleProblem {
  const all = [...known.keys(), ...(node.op === "call" ? ["has"] : ["matches", ...macroNames])]
  const nearest = nearestWord(name, all)
  const meant = nearest === undefined ? "" : `Did you mean ${nearest}()? `
  const next = instead[name] ?? `${meant}Available here: ${all.join(", ")}.`
  return problemAt(node, "RULE_UNSUPPORTED", `Rules have no function ${name}().`, next)
}

function checkHas(node: Call, args: readonly RuleNode[]): readonly RuleProblem[] {
  const isMember = args.length === 1 && selectionOf(args[0]!) !== null && args[0]!.op === "."
  if (isMember) return []
  return [
    problemAt(
      node,
      "RULE_TYPE",
      "has() asks for one member.",
      "Write it as in has(doc.meta.plan); of other keys, as in 'x-app' in request.headers.",
    ),
  ]
}

/** The time of a pattern grows with its size, so that it must be known when the schema loads. */
function checkMatches(node: Call): readonly RuleProblem[] {
  const pattern = patternOf(node)
  if (pattern === null || node.args[2]?.length !== 1) {
    const next = "Write the pattern into the rule, in quotes."
    return [problemAt(node, "RULE_PATTERN", "The pattern of matches() must be a text in the rule.", next)]
  }
  try {
    matcherFor(pattern)
    return []
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const next = "Patterns are written as RE2 has them, without lookaround and back references."
    return [problemAt(node.args[2][0]!, "RULE_PATTERN", `The pattern cannot be used: ${error.message}.`, next)]
  }
}

function checkTime(node: Call, name: "timestamp" | "duration", argument: RuleNode): readonly RuleProblem[] {
  const example = name === "timestamp" ? "2026-01-31T12:00:00Z" : "1h30m"
  const next = `Write it as in ${name}("${example}"), no finer than milliseconds.`
  if (argument.op !== "value" || typeof argument.args !== "string") {
    return [problemAt(node, "RULE_UNSUPPORTED", `${name}() takes a text that stands in the rule.`, next)]
  }
  const outcome = plainFunctions.get(name)!([argument.args], new RuleFrame(noContext, null))
  return outcome instanceof RuleFault ? [problemAt(argument, "RULE_TYPE", outcome.message, next)] : []
}
