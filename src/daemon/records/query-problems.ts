import { alyxError } from "../../errors.ts"
import type { Problem } from "../../errors.ts"
import { nearestWord } from "../../lib/nearest-word.ts"

/** What can be wrong with a query, as its problems say. */
export type QueryProblemCode =
  | "UNKNOWN_PARAMETER"
  | "REPEATED_PARAMETER"
  | "CONTRADICTION"
  | "MALFORMED"
  | "OUT_OF_RANGE"
  | "TOO_MANY"
  | "UNKNOWN_FIELD"
  | "UNKNOWN_OPERATOR"
  | "UNFIT_OPERATOR"
  | "UNFIT_VALUE"
  | "UNFIT_FIELD"
  | "UNKNOWN_RELATION"

/** The most problems that one answer lists. */
const problemCountMax = 20

/** Gathers everything that is wrong with a query, so that all of it is answered at once. */
export class QueryProblems {
  readonly #problems: Problem[] = []
  #onlyFilters = true

  /** Adds a problem of a filter; a query with no others is answered INVALID_FILTER. */
  filter(code: QueryProblemCode, message: string, next?: string): void {
    this.#add(code, message, next)
  }

  /** Adds a problem of any other parameter. */
  query(code: QueryProblemCode, message: string, next?: string): void {
    this.#onlyFilters = false
    this.#add(code, message, next)
  }

  get isEmpty(): boolean {
    return this.#problems.length === 0
  }

  /** True when further problems would not be listed: then nothing more is worth looking for. */
  get isFull(): boolean {
    return this.#problems.length >= problemCountMax
  }

  /** Takes over what another part of the query gathered. */
  addAll(others: QueryProblems): void {
    if (others.isEmpty) return
    this.#onlyFilters &&= others.#onlyFilters
    for (const problem of others.#problems) this.#push(problem)
  }

  throwIfAny(): void {
    const [first] = this.#problems
    if (first === undefined) return
    const count = this.#problems.length
    throw alyxError(this.#onlyFilters ? "INVALID_FILTER" : "INVALID_QUERY", {
      message: count === 1 ? first.message : `The query has ${count} problems; the first: ${first.message}`,
      ...(first.next === undefined ? {} : { next: first.next }),
      problems: this.#problems,
    })
  }

  #add(code: QueryProblemCode, message: string, next: string | undefined): void {
    this.#push({ code, message, ...(next === undefined ? {} : { next }) })
  }

  #push(problem: Problem): void {
    if (!this.isFull) this.#problems.push(problem)
  }
}

/** Longer words are compared with nothing: the time of a comparison grows with the square of the length. */
const comparedLengthMax = 40

/** Says which word was probably meant, and otherwise which there are. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const nearest = word.length > comparedLengthMax ? undefined : nearestWord(word, candidates)
  if (nearest !== undefined) return `Did you mean "${nearest}"?`
  return candidates.length === 0 ? "There are none here." : `There are: ${candidates.slice(0, 50).join(", ")}.`
}

/** Shortens what a client sent, for a message. */
export function quoted(text: string): string {
  return text.length > 60 ? `"${text.slice(0, 60)}…"` : `"${text}"`
}
