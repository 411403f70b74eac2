/** A value in a JSON text: from where to where, in UTF-16 code units. */
export interface JsonSpan {
  /** The member of the root that its list stands in; null when the root is the list. */
  readonly member: string | null
  readonly start: number
  readonly end: number
}

/** The text is no JSON, or not of the form that is looked for; where. */
export class JsonFormError extends Error {
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/**
 * Walks through the lists of a JSON text without making values of them: the entries of the list that is the root, or of
 * each list that is a member of the root. What it returns is JSON only if the text is; the caller parses each.
 */
export function* jsonListEntries(text: string): Generator<JsonSpan> {
  const start = skipSpace(text, text.charCodeAt(0) === 0xfe_ff ? 1 : 0)
  let end: number
  if (text[start] === "[") end = yield* listEntries(text, start, null)
  else if (text[start] === "{") end = yield* memberLists(text, start)
  else throw new JsonFormError("a list, or an object of lists", start)
  if (skipSpace(text, end) < text.length) throw new JsonFormError("the end of the file", skipSpace(text, end))
}

function* memberLists(text: string, open: number): Generator<JsonSpan, number> {
  let at = skipSpace(text, open + 1)
  if (text[at] === "}") return at + 1
  for (;;) {
    if (text[at] !== '"') throw new JsonFormError("the name of a collection", at)
    const end = skipString(text, at)
    const member = memberName(text, at, end)
    at = skipSpace(text, end)
    if (text[at] !== ":") throw new JsonFormError('":"', at)
    at = skipSpace(text, at + 1)
    if (text[at] !== "[") throw new JsonFormError(`a list of the documents of ${member}`, at)
    at = skipSpace(text, yield* listEntries(text, at, member))
    if (text[at] === "}") return at + 1
    if (text[at] !== ",") throw new JsonFormError('"," or "}"', at)
    at = skipSpace(text, at + 1)
  }
}

function* listEntries(text: string, open: number, member: string | null): Generator<JsonSpan, number> {
  let at = skipSpace(text, open + 1)
  if (text[at] === "]") return at + 1
  for (;;) {
    const end = skipValue(text, at)
    yield { member, start: at, end }
    at = skipSpace(text, end)
    if (text[at] === "]") return at + 1
    if (text[at] !== ",") throw new JsonFormError('"," or "]"', at)
    at = skipSpace(text, at + 1)
  }
}

function memberName(text: string, start: number, end: number): string {
  try {
    return JSON.parse(text.slice(start, end)) as string
  } catch {
    throw new JsonFormError("the name of a collection", start)
  }
}

/** The end of the value that begins here: of its brackets, its string, or its word. */
function skipValue(text: string, start: number): number {
  let depth = 0
  let at = start
  while (at < text.length) {
    const character = text[at]!
    if (character === '"') at = skipString(text, at)
    else {
      if (character === "{" || character === "[") depth += 1
      else if (character === "}" || character === "]") {
        if (depth === 0) break
        depth -= 1
        if (depth === 0) return at + 1
      } else if (depth === 0 && (character === "," || isSpace(text.charCodeAt(at)))) break
      at += 1
      continue
    }
    if (depth === 0) return at
  }
  if (at === start || depth > 0) throw new JsonFormError("a value", at)
  return at
}

function skipString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 0x5c) at += 1
    else if (code === 0x22) return at + 1
  }
  throw new JsonFormError("the end of a string", text.length)
}

function skipSpace(text: string, start: number): number {
  let at = start
  while (at < text.length && isSpace(text.charCodeAt(at))) at += 1
  return at
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}
