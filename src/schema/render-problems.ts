import type { Problem } from "../errors.ts"
import { sourceExcerpt } from "../lib/source-excerpt.ts"

/** Colours for a terminal; without it the text is plain. */
export interface ProblemPaint {
  readonly error: (text: string) => string
  readonly dim: (text: string) => string
  readonly bold: (text: string) => string
}

const plain: ProblemPaint = { error: String, dim: String, bold: String }

/**
 * Renders problems of one file as a compiler would, each with its place, its excerpt and the next step:
 *
 *   schema.yaml:14:15 TYPE_UNKNOWN Field posts.body has type "textt", which does not exist.
 *     13 |       body:
 *     14 |         type: textt
 *        |               ^^^^^
 *     Did you mean "text"? Types: uuid, string, ...
 */
export function renderProblems(problems: readonly Problem[], text: string, paint: ProblemPaint = plain): string {
  return problems.map((problem) => renderProblem(problem, text, paint)).join("\n\n")
}

function renderProblem({ code, message, next, at }: Problem, text: string, paint: ProblemPaint): string {
  const place = at === undefined ? "" : `${paint.bold(`${at.file}:${at.line}:${at.column}`)} `
  const excerpt = at === undefined ? "" : sourceExcerpt(text, at)
  return [
    `${place}${paint.error(code)} ${printable(message)}`,
    ...(excerpt === "" ? [] : [paint.dim(printable(excerpt))]),
    ...(next === undefined ? [] : [`  ${printable(next)}`]),
  ].join("\n")
}

/** A file may hold control characters, which would otherwise reach the terminal and move its cursor. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- Control characters are what is looked for.
  return text.replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, "\u{FFFD}")
}
