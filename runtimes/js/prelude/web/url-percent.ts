import { decodeText, encodeText } from "./utf8.ts"

/** The percent-encode sets of the URL Standard: the ASCII that is encoded besides controls and everything beyond ASCII. */
export const percentSets = {
  control: "",
  fragment: ' "<>`',
  query: ' "#<>',
  specialQuery: " \"#<>'",
  path: ' "#<>?^`{}',
  userinfo: ' "#<>?^`{}/:;=@[\\]|',
} as const

export type PercentSet = keyof typeof percentSets

/** Encodes the characters of a set, with their UTF-8. */
export function percentEncode(text: string, set: PercentSet): string {
  // oxlint-disable-next-line no-control-regex -- controls are what is looked for
  if (/^[\w./=&+:@%~!$*(),-]*$/.test(text) && !/[:;=@/]/.test(set === "userinfo" ? text : "")) return text
  const encoded = percentSets[set]
  let result = ""
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    const isKept = code > 0x1f && code < 0x7f && !encoded.includes(character)
    result += isKept ? character : percentBytes(character)
  }
  return result
}

/** `%E2%82%AC` for a character. */
function percentBytes(character: string): string {
  let result = ""
  for (const byte of encodeText(character)) result += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`
  return result
}

/** The text whose UTF-8 is written with percent signs; what is not UTF-8 becomes U+FFFD. */
export function percentDecode(text: string): string {
  if (!text.includes("%")) return text
  const bytes = encodeText(text)
  const decoded = new Uint8Array(bytes.length)
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    const high = bytes[at] === 0x25 ? hexValue(bytes[at + 1]) : -1
    const low = high === -1 ? -1 : hexValue(bytes[at + 2])
    if (low === -1) decoded[length++] = bytes[at] ?? 0
    else {
      decoded[length++] = high * 16 + low
      at += 2
    }
  }
  return decodeText(decoded.subarray(0, length))
}

function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
