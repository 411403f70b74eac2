import { alyxError } from "../../errors.ts"
import type { QueryPairs } from "../records/records.ts"

/**
 * Reads a query string into decoded pairs, in order, since parameters repeat. `+` is a space, as forms write it. What
 * is no valid percent encoding of UTF-8 is refused instead of guessed at. The URL limit bounds the number of pairs.
 */
export function parseQueryString(text: string): QueryPairs {
  if (text === "") return []
  const pairs: (readonly [string, string])[] = []
  for (const part of text.split("&")) {
    if (part === "") continue
    const equals = part.indexOf("=")
    const name = equals === -1 ? part : part.slice(0, equals)
    const value = equals === -1 ? "" : part.slice(equals + 1)
    pairs.push([decode(name, part), decode(value, part)])
  }
  return pairs
}

function decode(text: string, part: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text
  if (!spaced.includes("%")) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch (error) {
    throw alyxError("INVALID_QUERY", {
      message: `The query parameter ${shortened(part)} is not valid: a percent sign is not followed by the code of a character.`,
      next: "Encode names and values as encodeURIComponent does; a percent sign itself is %25.",
      cause: error,
    })
  }
}

function shortened(part: string): string {
  return part.length > 60 ? `${part.slice(0, 60)}…` : part
}
