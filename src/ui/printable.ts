/**
 * Makes text from outside safe to print: control characters, which could move the cursor, change colours or set the
 * clipboard, are shown as escapes. Line breaks and tabs stay only where asked for.
 */
export function printable(text: string, options: { readonly keepLines: boolean } = { keepLines: false }): string {
  // oxlint-disable-next-line no-control-regex -- finding control characters is what this is for
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g, (character) =>
    options.keepLines && (character === "\n" || character === "\t") ? character : escapeOf(character),
  )
}

function escapeOf(character: string): string {
  const named: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u001B": "\\e" }
  return named[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
}
