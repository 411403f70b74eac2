import type { IsSecret } from "./secret-names.ts"
import { isSecretName, isSecretParameter } from "./secret-names.ts"

/** What stands in place of a secret. */
export const hidden = "[hidden]"

/** Headers that hold an address, or the address of a page. */
const addressHeaders = new Set(["origin", "referer", "location", "content-location"])

/** The headers as they may be shown. */
export function hideHeaders(
  headers: readonly (readonly [name: string, value: string])[],
): readonly (readonly [string, string])[] {
  return headers.map(([name, value]) => {
    if (isSecretName(name)) return [name, hidden]
    return [name, addressHeaders.has(name.toLowerCase()) ? hideInUrl(value) : hideUserInfo(value)]
  })
}

/** The text without the name and password that stand before the host in a URL. */
export function hideUserInfo(text: string): string {
  return text.includes("@") ? text.replaceAll(/(?<=:\/\/)[^/?#\s]*@/g, `${hidden}@`) : text
}

/** The URL as it may be shown: without the values of secret parameters, and of filters by secret fields. */
export function hideInUrl(whole: string): string {
  const url = hideUserInfo(whole)
  const start = url.indexOf("?")
  if (start === -1) return url
  const pairs = url.slice(start + 1).split("&")
  return `${url.slice(0, start)}?${pairs.map(hideInPair).join("&")}`
}

function hideInPair(pair: string): string {
  const equals = pair.indexOf("=")
  if (equals === -1) return pair
  const name = pair.slice(0, equals)
  const parameter = decoded(name)
  if (isSecretParameter(parameter)) return `${name}=${hidden}`
  if (parameter !== "filter") return pair
  const [field = "", operator, value] = splitFilter(decoded(pair.slice(equals + 1)))
  return value !== undefined && isSecretName(field) ? `${name}=${field}:${operator}:${hidden}` : pair
}

/** `field:operator:value`, the value with its own colons. */
function splitFilter(text: string): string[] {
  const [field = "", operator = "", ...value] = text.split(":")
  return value.length === 0 ? [field, operator] : [field, operator, value.join(":")]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "))
  } catch {
    return text
  }
}

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
