import type { StatsResponse, WireError } from "../../protocol/admin-api.ts"
import type { KnownFunction } from "../functions/functions.ts"

/** How many functions there are, and which of them could not be built or loaded; null where there are none. */
export function functionStatus(known: readonly KnownFunction[]): StatsResponse["functions"] {
  if (known.length === 0) return null
  return { count: known.length, failing: failuresOf(known).map(({ name }) => name) }
}

/** What is wrong with functions, as one error; null when all is well. */
export function functionProblem(known: readonly KnownFunction[]): WireError | null {
  const failures = failuresOf(known)
  const [first, second] = failures
  if (first === undefined) return null
  if (second === undefined) return first.error
  return {
    code: first.error.code,
    message: `${failures.length} functions cannot be served as they are written: ${failures.map(({ name }) => name).join(", ")}.`,
    problems: failures.flatMap(({ name, error }) => problemsOf(name, error)),
  }
}

function failuresOf(known: readonly KnownFunction[]): readonly { readonly name: string; readonly error: WireError }[] {
  return known.flatMap(({ name, lastBuild }) =>
    lastBuild?.outcome === "failed" && lastBuild.error !== null ? [{ name, error: lastBuild.error }] : [],
  )
}

/** Those that have a place in a file, or the error itself. */
function problemsOf(name: string, error: WireError): NonNullable<WireError["problems"]> {
  const { code, message, next, problems = [] } = error
  if (problems.length > 0) return problems
  return [{ code, message: `${name}: ${message}`, ...(next === undefined ? {} : { next }) }]
}
