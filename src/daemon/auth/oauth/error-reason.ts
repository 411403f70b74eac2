/** The words of an error of a provider for the log, without what it carries, which may be a token. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "none"
  const words = [...toldBy(error, 0), error.message]
  return words.join(": ").slice(0, reasonLengthMax)
}

const reasonLengthMax = 300

/** Codes of errors (`access_denied`) wherever the library keeps them: at the error, its causes, or the body of those. */
function toldBy(error: unknown, depth: number): string[] {
  if (typeof error !== "object" || error === null || depth > 3) return []
  const { code, error: told, cause, body } = error as Readonly<Record<string, unknown>>
  const words = [code, told].filter((word): word is string => typeof word === "string" && /^[\w-]{1,60}$/.test(word))
  return [...words, ...toldBy(cause, depth + 1), ...toldBy(body, depth + 1)]
}
