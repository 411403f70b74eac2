/**
 * Several files in one stream: a line of JSON that says to which file the bytes behind it belong and how many they
 * are, as often as need be. The reader is src/client/framed-files.ts.
 */
export function frameOf(file: string, text: string): string {
  return `${JSON.stringify({ file, bytes: Buffer.byteLength(text) })}\n${text}`
}
