import { listParameterNames } from "../../schema/list-parameters.ts"
import { QueryProblems, quoted, suggestion } from "./query-problems.ts"
import type { QueryPairs } from "./records.ts"

/** A query, sorted by what its parts are. */
export interface Parameters {
  /** Those that may stand once. */
  readonly single: ReadonlyMap<string, string>
  /** Every `filter`. */
  readonly filters: readonly string[]
  /** Everything that is no parameter: the short form of a filter, or a slip. */
  readonly others: QueryPairs
}

/** What a query of a list may hold once. */
export const listParameters: ReadonlySet<string> = new Set(listParameterNames)

/** What a query of a single document may hold. */
export const documentParameters: ReadonlySet<string> = new Set(["expand", "fields"])

/** Sorts a query's pairs, and complains of what stands twice. */
export function sortParameters(pairs: QueryPairs, known: ReadonlySet<string>, problems: QueryProblems): Parameters {
  const single = new Map<string, string>()
  const filters: string[] = []
  const others: (readonly [string, string])[] = []
  for (const pair of pairs) {
    const [name, value] = pair
    if (name === "filter" && known === listParameters) filters.push(value)
    else if (!known.has(name)) others.push(pair)
    else if (single.has(name)) problems.query("REPEATED_PARAMETER", `"${name}" stands twice in the query.`)
    else single.set(name, value)
  }
  return { single, filters, others }
}

/** Complains of a name that is neither a parameter nor, in a list, a field. */
export function unknownParameter(name: string, words: readonly string[], problems: QueryProblems): void {
  problems.query("UNKNOWN_PARAMETER", `There is no parameter ${quoted(name)}.`, suggestion(name, words))
}

/** Refuses a query where none is known. */
export function requireNoParameters(pairs: QueryPairs): void {
  const problems = new QueryProblems()
  for (const [name] of pairs) {
    if (problems.isFull) break
    unknownParameter(name, [], problems)
  }
  problems.throwIfAny()
}
