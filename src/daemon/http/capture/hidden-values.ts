/** What stands in place of a secret. */
export const hidden = "[hidden]"

/** Headers that carry secrets under a name that does not say so. */
const secretHeaders = new Set(["authorization", "proxy-authorization", "cookie", "set-cookie"])

const secretWords = /password|passwd|passphrase|secret|token|api[-_ ]?key|private[-_ ]?key|credential/i

/** True for names under which secrets stand: `password`, `api_key`, `refreshToken`. */
export function isSecretName(name: string): boolean {
  return secretWords.test(name)
}

/** The headers as they may be shown. */
export function hideHeaders(
  headers: readonly (readonly [name: string, value: string])[],
): readonly (readonly [string, string])[] {
  return headers.map(([name, value]) => {
    const lower = name.toLowerCase()
    if (secretHeaders.has(lower) || isSecretName(lower)) return [name, hidden]
    return lower === "referer" || lower === "location" ? [name, hideInUrl(value)] : [name, value]
  })
}

/** The URL as it may be shown: without the values of secret parameters, and of filters by secret fields. */
export function hideInUrl(url: string): string {
  const start = url.indexOf("?")
  // Nearly every URL: no name in it is a secret's, however it is encoded.
  if (start === -1 || !(isSecretName(url) || url.includes("%"))) return url
  const pairs = url.slice(start + 1).split("&")
  return `${url.slice(0, start)}?${pairs.map(hideInPair).join("&")}`
}

function hideInPair(pair: string): string {
  const equals = pair.indexOf("=")
  if (equals === -1) return pair
  const name = pair.slice(0, equals)
  if (isSecretName(decoded(name))) return `${name}=${hidden}`
  const [field = "", operator, value] = splitFilter(decoded(pair.slice(equals + 1)))
  return decoded(name) === "filter" && value !== undefined && isSecretName(field)
    ? `${name}=${field}:${operator}:${hidden}`
    : pair
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
export function hideInJson(text: string): string {
  const parts: string[] = []
  let kept = 0
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at)) {
    const end = stringEnd(text, at)
    const value = memberValueStart(text, end)
    if (value === undefined || !isSecretName(unescaped(text.slice(at + 1, end - 1)))) {
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
