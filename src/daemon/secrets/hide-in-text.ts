import { hidden } from "./hide-in-json.ts"
import type { IsSecret } from "./secret-names.ts"

/** A name as texts write it, perhaps in quotes, perhaps those within a text of JSON, and what stands between it and its value. */
const namesAndSigns = /(?<![\w$-])([\w$-]+)(\\{0,8}["'`])?[ \t]*(?::|=>|=(?![=~]))/g

/** No name is longer; a quoted one may have several words. */
const nameLengthMax = 128

/** How a value in quotes begins: within a text of JSON its quotes have backslashes before them. */
const openingQuote = /(\\{0,8})(["'`])/y

/** A value without quotes, with the scheme that HTTP writes before it. */
const bareValue = /(?:(?:bearer|basic|token|digest)[ \t]+)?[^\s,;&|<>(){}[\]"'`\\]+/iy

/** What stands before the bracket of an inspected object: its class, and how many it holds. */
const classHead = /(?:[\w$]{1,64}(?:\(\d{1,12}\))? |\[Object: null prototype\] )(?=[{[])/y

/** How an inspected text of many lines goes on. */
const goesOn = /\s*\+\s*(?=["'`])/y

/**
 * The text without what stands after secret names: `name: '…'`, `"name": "…"`, `name=…`, `name: {…}`. Each character is looked at a
 * few times at most. A plain word after a colon that more words follow is prose, and stays.
 */
export function hideInText(text: string, isSecret: IsSecret): string {
  const parts: string[] = []
  let kept = 0
  namesAndSigns.lastIndex = 0
  for (let found = namesAndSigns.exec(text); found !== null; found = namesAndSigns.exec(text)) {
    if (!isSecretAt(text, found, isSecret)) continue
    const value = valueAt(text, namesAndSigns.lastIndex)
    if (value === undefined) continue
    parts.push(text.slice(kept, value.start), hidden)
    kept = value.end
    namesAndSigns.lastIndex = kept
  }
  return parts.join("") + text.slice(kept)
}

function isSecretAt(text: string, found: RegExpExecArray, isSecret: IsSecret): boolean {
  const [, word, quote] = found
  if (isSecret(word!.slice(-nameLengthMax))) return true
  if (quote === undefined) return false
  const wordEnd = found.index + word!.length
  const before = text.slice(Math.max(0, wordEnd - nameLengthMax), wordEnd)
  return isSecret(before.slice(before.lastIndexOf(quote.at(-1)!) + 1))
}

interface Range {
  readonly start: number
  readonly end: number
}

/** What is to be hidden of the value behind a sign; undefined where there is none. */
function valueAt(text: string, signEnd: number): Range | undefined {
  const start = skip(text, signEnd, " \t\r\n")
  const first = text[start]
  const quoted = matchAt(openingQuote, text, start)
  if (quoted !== null) return { start: start + quoted[0].length, end: stringsEnd(text, start) }
  const bracket = start + (matchAt(classHead, text, start)?.[0].length ?? 0)
  if (bracket > start || first === "{" || first === "[") return { start, end: bracketsEnd(text, bracket) }
  if (first === "<") return { start, end: text.indexOf(">", start) + 1 || text.length }
  const bareStart = skip(text, signEnd, " \t")
  const bare = matchAt(bareValue, text, bareStart)?.[0]
  if (bare === undefined) return undefined
  const end = bareStart + bare.length
  const isProse = text[signEnd - 1] === ":" && /^[a-z]+$/i.test(bare) && /^[ \t]+\w/.test(text.slice(end, end + 8))
  return isProse ? undefined : { start: bareStart, end }
}

/** Before the closing quote of the text that begins here, or of the last that is joined to it by a plus; or the end. */
function stringsEnd(text: string, start: number): number {
  for (let at = start; ;) {
    const [all, backslashes, quote] = matchAt(openingQuote, text, at)!
    const end = closingQuote(text, { from: at + all.length, backslashes: backslashes!.length, quote: quote! })
    if (end === text.length) return end
    const more = matchAt(goesOn, text, end + all.length)
    if (more === null) return end
    at = end + all.length + more[0].length
  }
}

/** Where the closing quote begins, with its backslashes. One that has others before it belongs to the text. */
function closingQuote(
  text: string,
  { from, backslashes, quote }: { readonly from: number; readonly backslashes: number; readonly quote: string },
): number {
  let run = 0
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "\\") run += 1
    else if (text[at] === quote && run % (2 * (backslashes + 1)) === backslashes) return at - backslashes
    else run = 0
  }
  return text.length
}

/** Behind the bracket that closes the one that begins here, or the end. */
function bracketsEnd(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at += 1) {
    const character = text[at]!
    const quoted = `"'\``.includes(character)
    if (quoted) at = closingQuote(text, { from: at + 1, backslashes: 0, quote: character })
    else if (character === "{" || character === "[") depth += 1
    else if (character === "}" || character === "]") depth -= 1
    if (depth === 0) return at + 1
  }
  return text.length
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

function skip(text: string, start: number, blanks: string): number {
  let at = start
  while (at < text.length && blanks.includes(text[at]!)) at += 1
  return at
}
