import { tooMuchWork } from "./compare.ts"
import type { RuleFrame } from "./frame.ts"
import type { Outcome } from "./values.ts"

/** Parts up to this length are left to the engine, whose search takes in the worst case as many looks at each place. */
const briefPartLength = 16

/** Whether a text holds a part of it, in the time of their lengths; the look at the text itself is paid already. */
export function searchedFor(text: string, part: string, frame: RuleFrame): Outcome {
  if (part.length <= briefPartLength) return text.includes(part)
  if (part.length >= text.length) return text === part
  return frame.spend((text.length + part.length) >> 5) ? isFound(text, part) : tooMuchWork
}

/** The search of Knuth, Morris and Pratt: the engine's own takes the product of both lengths for texts that ask for it. */
function isFound(text: string, part: string): boolean {
  const fallbacks = fallbacksOf(part)
  let matched = 0
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    while (matched > 0 && part.charCodeAt(matched) !== unit) matched = fallbacks[matched - 1]!
    if (part.charCodeAt(matched) === unit) matched += 1
    if (matched === part.length) return true
  }
  return false
}

/** For each beginning of a part, the length of the longest shorter beginning that it ends with. */
function fallbacksOf(part: string): Int32Array {
  const fallbacks = new Int32Array(part.length)
  let matched = 0
  for (let at = 1; at < part.length; at += 1) {
    const unit = part.charCodeAt(at)
    while (matched > 0 && part.charCodeAt(matched) !== unit) matched = fallbacks[matched - 1]!
    if (part.charCodeAt(matched) === unit) matched += 1
    fallbacks[at] = matched
  }
  return fallbacks
}
