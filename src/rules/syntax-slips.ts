import type { RuleProblem } from "./rule-problem.ts"
import { problemAt } from "./rule-problem.ts"

/** What is said of a rule that does not parse; the parser says where it stopped, and here what was probably meant. */
export function syntaxProblem(
  expression: string,
  fault: { readonly summary: string; readonly start: number; readonly end: number },
): RuleProblem {
  const at = { start: fault.start, end: Math.max(fault.end, fault.start + 1) }
  const slip = slipAt(expression, at.start)
  if (slip !== null) return problemAt(slip, "RULE_SYNTAX", `${slip.text} has no meaning in a rule.`, slip.next)
  const [text = ""] = /^\w+/.exec(expression.slice(at.start)) ?? []
  const next = "Rules are written in CEL, such as auth.id == doc.author_id; see docs/rules.md."
  if (fault.summary.startsWith("Unterminated string")) {
    return problemAt(at, "RULE_SYNTAX", "A text has no end.", "End it with the quote that it begins with: 'admin'.")
  }
  if (text !== "" && fault.summary.startsWith("Unexpected character")) {
    const isBehindText = /['"]$/.test(expression.slice(0, at.start))
    const quoteAdvice = "If the text goes on here, write its quote with a backslash: 'it\\'s'."
    return problemAt(at, "RULE_SYNTAX", `${text} is not expected here.`, isBehindText ? quoteAdvice : next)
  }
  return problemAt(at, "RULE_SYNTAX", `${inWords(fault.summary)}.`, next)
}

/** What people write who come from other languages and servers. The text ends where the parser stopped, or begins there. */
const slips: readonly { readonly pattern: RegExp; readonly next: string }[] = [
  { pattern: /===/y, next: "Did you mean ==?" },
  { pattern: /!==/y, next: "Did you mean !=?" },
  { pattern: /<>/y, next: "Did you mean !=?" },
  { pattern: /:=/y, next: "Did you mean ==?" },
  { pattern: /=/y, next: "Did you mean ==?" },
  { pattern: /&(?!&)/y, next: "Did you mean &&?" },
  { pattern: /\|(?!\|)/y, next: "Did you mean ||?" },
  { pattern: /(?:and|AND|And)\b/y, next: "Write && instead." },
  { pattern: /(?:or|OR|Or)\b/y, next: "Write || instead." },
  { pattern: /(?:not|NOT|Not)\b/y, next: "Write !(…) instead." },
  { pattern: /(?:is|IS)\b/y, next: "Write == instead." },
  { pattern: /(?:like|LIKE)\b/y, next: "Write doc.title.contains('…') or doc.title.startsWith('…')." },
  {
    pattern: /[@$][\w.]*/y,
    next: "Who asks is auth, such as auth.id; the document is doc, such as doc.author_id; the request is request.",
  },
  { pattern: /[“”‘’`]/y, next: "Write plain quotes around a text: 'admin'." },
  { pattern: /;/y, next: "Leave it out; a rule is one condition." },
]

/** How far before the place where the parser stopped a slip may begin: `not ` and `===`. */
const slipLengthMax = 4

function slipAt(
  expression: string,
  start: number,
): { readonly text: string; readonly start: number; readonly end: number; readonly next: string } | null {
  for (let from = Math.max(0, start - slipLengthMax); from <= start; from += 1) {
    // A word begins at a border: the "or" of "author" is none.
    if (/\w/.test(expression[from - 1] ?? "") && /\w/.test(expression[from]!)) continue
    for (const { pattern, next } of slips) {
      const [text = ""] = matchAt(pattern, expression, from)
      const end = from + text.length
      const reaches = end > start || (end < start && expression.slice(end, start).trim() === "" && /\w/.test(text))
      if (text !== "" && reaches) return { text, start: from, end, next }
    }
  }
  return null
}

function matchAt(pattern: RegExp, expression: string, from: number): readonly string[] {
  pattern.lastIndex = from
  return pattern.exec(expression) ?? []
}

/** What the parser calls its tokens. */
const tokenNames: Readonly<Record<string, string>> = {
  EOF: "the end of the rule",
  LPAREN: "(",
  RPAREN: ")",
  LBRACKET: "[",
  RBRACKET: "]",
  LBRACE: "{",
  RBRACE: "}",
  COMMA: ",",
  COLON: ":",
  DOT: ".",
  QUESTION: "?",
  LT: "<",
  LE: "<=",
  GT: ">",
  GE: ">=",
  EQ: "==",
  NE: "!=",
  AND: "&&",
  OR: "||",
  NOT: "!",
  PLUS: "+",
  MINUS: "-",
  MULTIPLY: "*",
  DIVIDE: "/",
  MODULO: "%",
}

function inWords(summary: string): string {
  return summary.replaceAll(/\b[A-Z]{2,}\b/g, (word) => tokenNames[word] ?? word)
}
