import { hidden } from "./hide-in-json.ts"

/** Shorter values would hide words that have nothing to do with them. */
export const redactedLengthMin = 8

/** Tokens of calls, also of those that run no more. */
const callTokens = /alyx_call_[0-9a-f]+/g

/** The parts of JSON that a value may stand in: a string, perhaps cut off, and a number where JSON has a value. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"?|(?<=^\s*|[[:,]\s*)-?\d[\d.eE+-]*/gs

/** The text without the values: the longest go first, since one may begin with another. */
export function hideValues(text: string, values: readonly string[]): string {
  const sorted = longEnough(values).toSorted((one, other) => other.length - one.length)
  return sorted.reduce((shown, value) => shown.replaceAll(value, hidden), text).replaceAll(callTokens, hidden)
}

/**
 * The JSON without the values: it stays JSON. Inside a string the value alone goes, whatever it is spelled with; a number that
 * holds one goes as a whole, and becomes a text.
 */
export function hideValuesInJson(text: string, values: readonly string[]): string {
  const isPlain = !text.includes("\\") && !text.includes("alyx_call_")
  const sought = longEnough(values)
  if (isPlain && !sought.some((value) => text.includes(value))) return text
  return text.replaceAll(tokens, (token) => {
    if (!token.startsWith('"')) return sought.some((value) => token.includes(value)) ? `"${hidden}"` : token
    const string = parsed(token)
    // What is cut off, or is no JSON, stays as it is spelled.
    if (string === undefined) return hideValues(token, values.map(insideString))
    const shown = hideValues(string, values)
    return shown === string ? token : JSON.stringify(shown)
  })
}

/** The JSON with its texts as they were changed, names too. What is cut off, or is no JSON, is changed as it is spelled. */
export function changeStrings(text: string, change: (string: string) => string): string {
  return text.replaceAll(tokens, (token) => {
    if (!/[:=]|\\u/.test(token)) return token
    const string = parsed(token)
    if (typeof string !== "string") return string === undefined ? change(token) : token
    const changed = change(string)
    return changed === string ? token : JSON.stringify(changed)
  })
}

function longEnough(values: readonly string[]): readonly string[] {
  return values.filter(({ length }) => length >= redactedLengthMin)
}

function parsed(token: string): string | undefined {
  try {
    return JSON.parse(token) as string
  } catch {
    return undefined
  }
}

/** As a value stands inside a string of JSON. */
function insideString(value: string): string {
  return JSON.stringify(value).slice(1, -1)
}
