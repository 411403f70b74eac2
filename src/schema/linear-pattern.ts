import { RE2JS } from "re2js"

import { patternLengthMax, patternSizeMax } from "./limits.ts"
import { toRe2Syntax } from "./re2-syntax.ts"

/** A regular expression whose time grows with its size times the length of the text, and no faster. */
export interface LinearPattern {
  /** How many instructions the pattern unfolds into; each may look at each character once. */
  readonly size: number
  test(text: string): boolean
}

/**
 * Compiles a pattern of ECMAScript's `u` mode. JavaScript's own engine takes exponential time for some pairs of a pattern
 * and a text (`^(a+)+$` and 40 characters would stop the server for hours), so that RE2's matches it. Throws a
 * SyntaxError that says why a pattern cannot be used.
 */
export function compileLinearPattern(pattern: string): LinearPattern {
  if (pattern.length > patternLengthMax) throw new SyntaxError(`it is longer than ${patternLengthMax} characters`)
  requireEcmaScript(pattern)
  const compiled = compileRe2(toRe2Syntax(pattern))
  const size = compiled.programSize()
  if (size > patternSizeMax) throw new SyntaxError("its repetitions unfold into too large a pattern")
  return { size, test: (text) => compiled.test(text) }
}

/** The same for a pattern in RE2's own syntax, as CEL has it: nothing is rewritten. */
export function compileRe2Pattern(pattern: string): LinearPattern {
  if (pattern.length > patternLengthMax) throw new SyntaxError(`it is longer than ${patternLengthMax} characters`)
  const compiled = tryRe2(pattern)
  const size = compiled.programSize()
  if (size > patternSizeMax) throw new SyntaxError("its repetitions unfold into too large a pattern")
  return { size, test: (text) => compiled.test(text) }
}

function tryRe2(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : String(error)
    throw new SyntaxError(reason, { cause: error })
  }
}

/** Says why a pattern cannot be used, as the end of a sentence, or returns null. */
export function patternFault(pattern: string): string | null {
  try {
    compileLinearPattern(pattern)
    return null
  } catch (error) {
    if (error instanceof SyntaxError) return error.message
    throw error
  }
}

/** What to do about a pattern that cannot be used. */
export const patternAdvice =
  "Patterns are ECMAScript regular expressions with the u flag, without slashes around them, and without lookahead, lookbehind and back references, which can take unbounded time."

function requireEcmaScript(pattern: string): void {
  try {
    // oxlint-disable-next-line no-new -- Only the constructor tells whether a pattern is valid.
    new RegExp(pattern, "u")
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SyntaxError(reason.replace(/^Invalid regular expression: /, ""), { cause: error })
  }
}

function compileRe2(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    // The syntax is valid, so that what RE2 still refuses is a size: `x{1001}`, or repetitions within repetitions.
    throw new SyntaxError("its repetitions count further than 1000", { cause: error })
  }
}
