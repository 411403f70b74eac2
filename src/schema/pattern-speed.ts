import { createContext, runInContext } from "node:vm"

/** How long the trial texts of one pattern may take together; a harmless pattern needs far less than one. */
const trialMsMax = 200

/** A pattern that doubles its work with each character does 2^50 steps on these. */
const repeatCount = 50

/**
 * Tells whether a pattern takes exponential time on some text: `^(a+)+$` would let one request of 40 characters stop
 * the server for seconds. It is tried on texts that almost match, made of the pattern's own characters, in a context
 * that can be interrupted. A second trial makes sure that it was the pattern and not a machine that stood still.
 */
export function isSlowPattern(pattern: string): boolean {
  // Without the repetition of a group there is nothing to multiply.
  if (!/\)(?:[*+]|\{\d+)/.test(pattern)) return false
  return timesOut(pattern) && timesOut(pattern)
}

function timesOut(pattern: string): boolean {
  const context = createContext({ pattern, texts: trialTexts(pattern) })
  try {
    runInContext("const regExp = new RegExp(pattern, 'u'); for (const text of texts) regExp.test(text)", context, {
      timeout: trialMsMax,
    })
    return false
  } catch {
    return true
  }
}

/** Characters that stand for the classes a pattern may name. */
const classSamples = ["a", "A", "0", "_", "-", " ", ".", "é"]

function trialTexts(pattern: string): readonly string[] {
  const own = [...new Set(pattern.match(/[\p{L}\p{N}@:/,;=-]/gu) ?? [])].slice(0, 20)
  const characters = [...new Set([...classSamples, ...own])]
  const pairs = characters.map((character, index) => character + characters[(index + 1) % characters.length]!)
  const texts = [...characters, ...pairs].map((unit) => unit.repeat(repeatCount))
  // The last character keeps the text from matching, so that every way to match has to be tried.
  return texts.flatMap((text) => [`${text}\u0001`, `${text}!`])
}
