/** Where windows-1252 differs from Latin-1: the characters of the bytes 0x80 to 0x9F. */
const upper =
  "\u20AC\x81\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\x8D\u017D\x8F" +
  "\x90\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\x9D\u017E\u0178"

/** Decodes a byte a character; nothing is an error. */
export function decodeWindows1252(bytes: Uint8Array): string {
  const latin1 = decodeLatin1(bytes)
  return /[\x80-\x9F]/.test(latin1)
    ? latin1.replace(/[\x80-\x9F]/g, (character) => upper[character.charCodeAt(0) - 0x80] ?? character)
    : latin1
}

/** A string whose code units are the bytes. */
export function decodeLatin1(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let at = 0; at < bytes.length; at += 4096) parts.push(String.fromCharCode(...bytes.subarray(at, at + 4096)))
  return parts.join("")
}
