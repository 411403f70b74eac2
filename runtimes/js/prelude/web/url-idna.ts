import { decodePunycode, encodePunycode } from "./punycode.ts"

/** What UTS 46 leaves out of a name. */
const ignored =
  // oxlint-disable-next-line no-misleading-character-class -- each of them is meant by itself
  /[\u00AD\u034F\u180B-\u180D\u180F\u200B\u2060\u2064\uFE00-\uFE0F\uFEFF\u{1BCA0}-\u{1BCA3}\u{E0100}-\u{E01EF}]/gu

/** What never stands in a name: what is not assigned, private, a control, or not a character of text. */
const refused =
  /[\p{Cn}\p{Co}\p{Cs}\u0080-\u009F\u061C\u200E\u200F\u2028-\u202E\u2061-\u2063\u2066-\u206F\u3000\uFFF9-\uFFFD\u{E0001}\u{E0020}-\u{E007F}]/u

/**
 * A domain name in ASCII, as UTS 46 maps it: lower case, compatibility forms joined, other scripts in Punycode. Null where
 * it is not a name. The engine's Unicode tables serve for the mapping; rules about the direction of writing are left out.
 */
export function domainToAscii(domain: string): string | null {
  // oxlint-disable-next-line no-control-regex -- all of ASCII is meant
  if (/^[\x00-\x7F]*$/.test(domain) && !/(^|\.)xn--/i.test(domain)) return domain.toLowerCase()
  const labels = mapName(domain).split(".")
  const done = labels.map(labelToAscii)
  return done.includes(null) ? null : done.join(".")
}

function mapName(domain: string): string {
  const lower = Array.from(domain.replace(ignored, ""), lowerOne).join("")
  const joined = Array.from(lower.normalize("NFKC"), lowerOne).join("").replace(ignored, "")
  return joined.normalize("NFC").replace(/[\u3002\uFF0E\uFF61]/g, ".")
}

/** One at a time: where a letter stands makes no difference here. */
function lowerOne(character: string): string {
  if (character === "\u1E9E") return "ss"
  return character.toLowerCase()
}

function labelToAscii(label: string): string | null {
  // oxlint-disable-next-line no-control-regex -- all of ASCII is meant
  const isAscii = /^[\x00-\x7F]*$/.test(label)
  if (label.startsWith("xn--")) {
    const decoded = isAscii ? decodePunycode(label.slice(4)) : null
    // oxlint-disable-next-line no-control-regex -- all of ASCII is meant
    if (decoded === null || decoded === "" || /^[\x00-\x7F]*$/.test(decoded)) return null
    return mapName(decoded) === decoded && isValid(decoded) ? label : null
  }
  if (isAscii) return label
  return isValid(label) ? `xn--${encodePunycode(label)}` : null
}

function isValid(label: string): boolean {
  if (refused.test(label) || /^\p{M}/u.test(label)) return false
  // A joiner stands after a virama, or between letters that join.
  return (
    !/[\u200C\u200D]/.test(label) ||
    /^(?:[^\u200C\u200D]|(?<=[\p{M}\p{Script=Arabic}\p{Script=Syriac}])[\u200C\u200D])*$/u.test(label)
  )
}
