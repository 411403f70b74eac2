import type { Problem } from "../errors.ts"
import { sourceExcerpt } from "../lib/source-excerpt.ts"
import type { Paint } from "./paint.ts"
import { printable } from "./printable.ts"

/** An error as a person is shown it; an AlyxError and a WireError both fit. */
export interface ShownError {
  readonly code: string
  readonly message: string
  readonly next?: string | undefined
  readonly at?: Problem["at"]
  readonly problems?: readonly Problem[]
}

/** How many problems are shown with their lines; the rest is counted. Those of manifests are one mistake each, and all shown. */
const problemCountMax = 20

/**
 * Renders an error as a sentence, the places in the files with their lines, and the next step. `readText` returns the
 * text of a file that a problem names, or undefined.
 */
export function renderError(
  error: ShownError,
  options: { readonly paint: Paint; readonly readText: (file: string) => string | undefined },
): string {
  const { paint } = options
  const code = paint("quiet", `(${printable(error.code)})`)
  const { message, problems, next, at } = withoutRepeats(error)
  const blocks = [`${paint("bad", "Error:")} ${printable(message, { keepLines: true })} ${code}`]
  if (at) blocks.push(placeWithExcerpt(at, options))
  const shownMax = error.code === "MANIFEST_INVALID" ? problems.length : problemCountMax
  for (const problem of problems.slice(0, shownMax)) blocks.push(renderProblem(problem, options))
  const more = problems.length - shownMax
  if (more > 0) blocks.push(`… and ${more} more; --json shows all.`)
  if (next) blocks.push(indent(`${paint("good", "Next:")} ${printable(next)}`, problems.length > 0 ? 0 : 2))
  const spaced = problems.length > 0 || at !== undefined
  return `${blocks.filter((block) => block !== "").join(spaced ? "\n\n" : "\n")}\n`
}

/** An error that has one problem often says the same as that. */
function withoutRepeats({ message, next, at, problems = [] }: ShownError): Pick<
  ShownError,
  "message" | "next" | "at"
> & {
  readonly problems: readonly Problem[]
} {
  const [only, other] = problems
  if (only === undefined || other !== undefined) return { message, next, at, problems }
  if (only.message === message) return { message, next: next ?? only.next, at: at ?? only.at, problems: [] }
  const told = `: ${only.message}`
  const rest = only.at !== undefined && message.endsWith(told) ? `${message.slice(0, -told.length)}.` : message
  return { message: rest, next: next === only.next ? undefined : next, at, problems }
}

/** Renders one problem: place and sentence, the line with a caret, what to do. */
export function renderProblem(
  problem: Problem,
  options: { readonly paint: Paint; readonly readText: (file: string) => string | undefined },
): string {
  const { paint } = options
  const { at } = problem
  const place = at ? `${placeText(at, paint)} ` : ""
  const lines = [`${place}${printable(problem.message)}`, excerptOf(problem, options)]
  if (problem.next) lines.push(`  ${paint("good", printable(problem.next, { keepLines: true }))}`)
  return lines.filter((line) => line !== "").join("\n")
}

function placeText(at: NonNullable<Problem["at"]>, paint: Paint): string {
  return paint("strong", printable(`${at.file}:${at.line}:${at.column}`))
}

/** Of an error that is itself at one place. */
function placeWithExcerpt(at: NonNullable<Problem["at"]>, options: Parameters<typeof excerptOf>[1]): string {
  return [placeText(at, options.paint), excerptOf({ at }, options)].filter((line) => line !== "").join("\n")
}

function excerptOf(
  problem: { readonly at?: Problem["at"] },
  options: { readonly paint: Paint; readonly readText: (file: string) => string | undefined },
): string {
  const isText = problem.at !== undefined && !problem.at.file.endsWith(".wasm")
  const text = isText ? options.readText(problem.at.file) : undefined
  if (problem.at === undefined || text === undefined) return ""
  const lines = printable(sourceExcerpt(text, problem.at, { hideValues: isSecretFile(problem.at.file) }), {
    keepLines: true,
  }).split("\n")
  // A line that may hold a secret is not shown.
  if (lines.at(-1) === "") return ""
  const carets = lines.at(-1)!.indexOf("|") + 1
  return [
    ...lines.slice(0, -1).map((line) => options.paint("quiet", line)),
    options.paint("quiet", lines.at(-1)!.slice(0, carets)) + options.paint("bad", lines.at(-1)!.slice(carets)),
  ].join("\n")
}

/** Others of these may stand beside a problem, and this may end up in the log of a CI. */
function isSecretFile(file: string): boolean {
  return /(^|[\\/])(alyx\.ya?ml|\.env[^\\/]*)$/.test(file)
}

function indent(text: string, width: number): string {
  return " ".repeat(width) + text
}
