const escapes: Record<string, string> = {
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
  "\\": "\\\\",
}

// oxlint-disable-next-line no-control-regex -- control characters are what is escaped
const unshown = /[\x00-\x1f\x7f-\x9f\\]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** A string in quotes, as a person would write it: with the quotes that need no escape. */
export function quote(text: string): string {
  const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : /[`]|\$\{/.test(text) ? "'" : "`"
  const escaped = text.replace(unshown, escapeCharacter)
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark
}

function escapeCharacter(character: string): string {
  const known = escapes[character]
  if (known !== undefined) return known
  const code = character.charCodeAt(0)
  return code < 0x100 ? `\\x${code.toString(16).toUpperCase().padStart(2, "0")}` : `\\u${code.toString(16)}`
}

/** The name of a member: bare where it is a word, else in quotes, or brackets for a symbol. */
export function quoteKey(key: string | symbol, isShown: boolean): string {
  if (typeof key === "symbol") return isShown ? String(key) : `[${String(key)}]`
  if (key === "__proto__") return "['__proto__']"
  if (!isShown) return `[${key}]`
  return /^[a-zA-Z_][a-zA-Z_0-9]*$/.test(key) ? key : quote(key)
}
