/** What the platform's interfaces take as a string; a symbol is refused. */
export function domString(value: unknown): string {
  if (typeof value === "symbol") throw new TypeError("A symbol cannot be a string.")
  // oxlint-disable-next-line typescript/no-base-to-string -- the platform does just this
  return typeof value === "string" ? value : String(value)
}

/** The same with every lone surrogate replaced. */
export function usvString(value: unknown): string {
  return domString(value).toWellFormed()
}

/** A string of bytes, as header names and values are. */
export function byteString(value: unknown): string {
  const text = domString(value)
  // oxlint-disable-next-line no-control-regex -- all of Latin-1 is meant
  if (/[^\x00-\xFF]/.test(text))
    throw new TypeError(`${JSON.stringify(text)} has characters beyond U+00FF, which a header cannot hold.`)
  return text
}

/** What the platform's interfaces take as a number. */
export function idlNumber(value: unknown): number {
  return Number(value)
}

/** What the platform's interfaces take as a boolean. */
export function idlBoolean(value: unknown): boolean {
  return Boolean(value)
}
