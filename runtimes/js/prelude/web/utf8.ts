import { decodeUtf8 as decodeNative, encodeUtf8 as encodeNative } from "../host.ts"

/** Bytes of a string; a lone surrogate becomes U+FFFD. */
export function encodeText(text: string): Uint8Array {
  return encodeNative(text.isWellFormed() ? text : text.toWellFormed())
}

/** The string of bytes; what is not UTF-8 becomes U+FFFD by the rules of the Encoding Standard. */
export function decodeText(bytes: Uint8Array): string {
  const text = decodeNative(bytes)
  return text.includes("\uFFFD") || !text.isWellFormed() ? decodeSlowly(bytes, false) : text
}

/** The string of bytes, or null where they are not UTF-8. */
export function decodeStrictly(bytes: Uint8Array): string | null {
  const text = decodeNative(bytes)
  if (!text.includes("\uFFFD") && text.isWellFormed()) return text
  try {
    return decodeSlowly(bytes, true)
  } catch {
    return null
  }
}

/** How many bytes at the end begin a character that is not complete. */
export function incompleteTail(bytes: Uint8Array): number {
  const { length } = bytes
  for (let back = 1; back <= Math.min(3, length); back++) {
    const lead = bytes[length - back] ?? 0
    if (lead < 0x80) return 0
    if (lead < 0xc0) continue
    const need = neededAfter(lead)
    if (need < back) return 0
    if (back > 1 && !secondFits(lead, bytes[length - back + 1] ?? 0)) return 0
    return back
  }
  return 0
}

function neededAfter(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 1
  if (lead >= 0xe0 && lead <= 0xef) return 2
  if (lead >= 0xf0 && lead <= 0xf4) return 3
  return 0
}

function secondFits(lead: number, second: number): boolean {
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
  return second >= low && second <= high
}

/** The decoder as the standard writes it; throws at the first error when that is asked for. */
function decodeSlowly(bytes: Uint8Array, fatal: boolean): string {
  const parts: string[] = []
  let codes: number[] = []
  let at = 0
  while (at < bytes.length) {
    const lead = bytes[at] ?? 0
    const need = neededAfter(lead)
    let taken = 1
    let code = need === 0 ? lead : lead & (0x3f >> need)
    while (taken <= need) {
      const next = bytes[at + taken]
      if (next === undefined || (taken === 1 ? !secondFits(lead, next) : (next & 0xc0) !== 0x80)) break
      code = (code << 6) | (next & 0x3f)
      taken++
    }
    at += taken
    if (taken <= need || (need === 0 && lead >= 0x80)) {
      if (fatal) throw new TypeError("not UTF-8")
      code = 0xfffd
    }
    codes.push(code)
    if (codes.length === 1024) {
      parts.push(String.fromCodePoint(...codes))
      codes = []
    }
  }
  parts.push(String.fromCodePoint(...codes))
  return parts.join("")
}
