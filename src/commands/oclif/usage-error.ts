import type { AlyxError } from "../../errors.ts"
import { alyxError } from "../../errors.ts"
import { nearestWord } from "../../lib/nearest-word.ts"

/** What the parser says about a command line that it cannot read. Only what is used here is declared. */
interface ParseFailure extends Error {
  /** Words that look like flags and are none. */
  readonly flags?: readonly string[]
  /** Words too many, or the arguments that are missing. */
  readonly args?: readonly (string | { readonly name: string })[]
  readonly oclif?: { readonly exit?: number }
}

/** Turns the parser's error into one of ours, with the nearest right flag; undefined when it is no parser's error. */
export function usageError(error: unknown, command: { id: string; flags: readonly string[] }): AlyxError | undefined {
  if (!(error instanceof Error)) return undefined
  const failure = error as ParseFailure
  // What a flag's own parser throws has no exit code, only this beginning.
  if (failure.oclif?.exit !== 2 && !failure.message.startsWith("Parsing --")) return undefined
  const help = `alyx ${command.id} --help shows what it takes.`
  const [word] = failure.flags ?? []
  if (word !== undefined) {
    const near = nearestWord(word.replace(/^--?/, "").replace(/=.*/, ""), command.flags)
    const message = `alyx ${command.id} has no flag ${word}.`
    return alyxError("USAGE", { message, next: near === undefined ? help : `Did you mean --${near}?`, cause: error })
  }
  const argument = failure.args?.[0]
  if (typeof argument === "string") {
    return alyxError("USAGE", { message: `alyx ${command.id} does not take "${argument}".`, next: help, cause: error })
  }
  if (argument !== undefined) {
    return alyxError("USAGE", { message: `alyx ${command.id} needs <${argument.name}>.`, next: help, cause: error })
  }
  const together = constraintSentences(failure.message)
  if (together.length > 0) return alyxError("USAGE", { message: together.join(" "), next: help, cause: error })
  const missing = [...failure.message.matchAll(/Missing required flag (\S+)/g)].map(([, name]) => `--${name}`)
  const message =
    missing.length > 0 ? `alyx ${command.id} needs ${missing.join(" and ")}.` : parserSentence(failure.message)
  return alyxError("USAGE", { message, next: help, cause: error })
}

/** What the parser says of flags that need each other, or exclude each other, without the values that were given. */
function constraintSentences(message: string): readonly string[] {
  const needs = /All of the following must be provided when using (--\S+): (.+)/g
  const excludes = /(--[^\s=]+)=[^\n]* cannot also be provided when using (--\S+)/g
  return [
    ...[...message.matchAll(needs)].map(([, flag, others]) => `${flag} needs ${others!.split(", ").join(" and ")}.`),
    ...new Set(
      [...message.matchAll(excludes)].map(([, ...both]) => `${both.toSorted().join(" and ")} do not go together.`),
    ),
  ]
}

/** "Parsing --port \n\tExpected an integer\nSee more help with --help" becomes one sentence. */
function parserSentence(message: string): string {
  const text = message
    .replace(/\nSee more help with --help/g, "")
    .replace(/^Parsing (--\S+)\s+/, "$1: ")
    .replace(/\s*\n\s*/g, " ")
    .trim()
  return /[.!?]$/.test(text) ? text : `${text}.`
}
