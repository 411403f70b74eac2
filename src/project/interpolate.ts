/** A place in a text where a variable could not be put in. */
export interface InterpolationProblem {
  readonly kind: "missing" | "malformed"
  /** The name of the missing variable, or what is wrong with the form, as a sentence. */
  readonly detail: string
  readonly offset: number
  readonly length: number
}

/** A text after its variables were put in. */
export interface Interpolated {
  readonly text: string
  /** True when a variable or its default was put in. */
  readonly used: boolean
  readonly problems: readonly InterpolationProblem[]
}

/**
 * Puts variables into a text: `${NAME}`, or `${NAME:-default}` where the default counts when the variable is unset or
 * empty. `$${` stands for `${`. What was put in is not looked at again.
 */
export function interpolate(text: string, lookup: (name: string) => string | undefined): Interpolated {
  const problems: InterpolationProblem[] = []
  let used = false
  const result = text.replaceAll(/\$\$\{|\$\{([^}]*)(\}?)/g, (whole, inner: string | undefined, ...rest) => {
    if (inner === undefined) return "${"
    const offset = rest[1] as number
    const complain = (kind: InterpolationProblem["kind"], detail: string): string => {
      problems.push({ kind, detail, offset, length: whole.length })
      return ""
    }
    if (rest[0] === "") return complain("malformed", "`${` has no closing brace; `$${` writes it as it is.")
    if (inner.includes("${")) return complain("malformed", "A default cannot hold another variable.")
    const match = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(inner)
    if (match === null) return complain("malformed", "A variable is written ${NAME} or ${NAME:-default}.")
    used = true
    const value = lookup(match[1]!)
    if (match[2] !== undefined && (value === undefined || value === "")) return match[2]
    return value ?? complain("missing", match[1]!)
  })
  return { text: result, used, problems }
}
