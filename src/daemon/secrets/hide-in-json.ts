import type { IsSecret } from "./secret-names.ts"
import { isSecretName } from "./secret-names.ts"

/** What stands in place of a secret. */
export const hidden = "[hidden]"

/**
 * The JSON text as it may be shown: the values of secret members, whatever they are, are replaced, and all else stays as
 * written. The text may be cut off, or be no JSON at all.
 */
export function hideInJson(text: string, isSecret: IsSecret = isSecretName): string {
  const parts: string[] = []
  let kept = 0
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at)) {
    const end = stringEnd(text, at)
    const value = memberValueStart(text, end)
    if (value === undefined || !isSecret(unescaped(text.slice(at + 1, end - 1)))) {
      at = end
      continue
    }
    parts.push(text.slice(kept, value), `"${hidden}"`)
    kept = at = valueEnd(text, value)
  }
  return parts.join("") + text.slice(kept)
}

/** Where the value of a member begins whose name ends here; undefined when the string is no name. */
function memberValueStart(text: string, nameEnd: number): number | undefined {
  const colon = skipBlanks(text, nameEnd)
  if (text[colon] !== ":") return undefined
  const value = skipBlanks(text, colon + 1)
  return value < text.length ? value : undefined
}

/** A name may be written with escapes: `pass\u0077ord`. */
function unescaped(name: string): string {
  if (!name.includes("\\")) return name
  try {
    return String(JSON.parse(`"${name}"`))
  } catch {
    return name
  }
}

function valueEnd(text: string, start: number): number {
  const first = text[start]
  if (first === '"') return stringEnd(text, start)
  if (first !== "{" && first !== "[") {
    let at = start
    while (at < text.length && !",}] \t\r\n".includes(text[at]!)) at += 1
    return at
  }
  let depth = 0
  for (let at = start; at < text.length;) {
    const character = text[at]
    if (character === '"') {
      at = stringEnd(text, at)
      continue
    }
    if (character === "{" || character === "[") depth += 1
    else if (character === "}" || character === "]") depth -= 1
    at += 1
    if (depth === 0) return at
  }
  return text.length
}

/** Behind the closing quote of the string that begins here, or the end of a text that is cut off. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1
    else if (text[at] === '"') return at + 1
  }
  return text.length
}

function skipBlanks(text: string, start: number): number {
  let at = start
  while (at < text.length && " \t\r\n".includes(text[at]!)) at += 1
  return at
}
