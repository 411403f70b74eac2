import { hidden } from "../../secrets/hide-in-json.ts"
import { isSecretName, isSecretParameter } from "../../secrets/secret-names.ts"

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
