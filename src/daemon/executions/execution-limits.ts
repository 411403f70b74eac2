/** How much of an input, an output and the logs of a call is kept, in bytes of UTF-8. */
export const keptBytesMax = 64 * 1024

/** How long a call is remembered. */
export const keptDays = 30

/** How many calls are remembered; the oldest go. */
export const keptRowsMax = 100_000

/** How many calls one page names. */
export const pageRowsMax = 500

/** How much of calls one page has in full, in bytes; the first is always there. */
export const pageBytesMax = 4 * 1024 * 1024

/** What stands at the end of a text that was cut. */
const cutMark = "…"

/** The beginning of a text that fits into so many bytes, cut between two characters, with `…` behind it where it was cut. */
export function cutText(text: string, bytesMax = keptBytesMax): string {
  // No character takes more than three bytes for each of its units.
  if (text.length * 3 <= bytesMax) return text
  const bytes = Buffer.from(text)
  if (bytes.length <= bytesMax) return text
  let end = bytesMax - Buffer.byteLength(cutMark)
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end -= 1
  return bytes.toString("utf8", 0, end) + cutMark
}
