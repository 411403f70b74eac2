import type { Problem } from "../errors.ts"
import { nearestWord } from "../lib/nearest-word.ts"
import type { SourceLocation } from "../lib/source-location.ts"
import type { YamlProblem } from "../lib/yaml-tree.ts"
import { problemCountMax } from "./limits.ts"
import type { MigrationProblemCode } from "./migrations/problem-codes.ts"

/** Every code that a problem of schema.yaml may carry; docs/schema.md explains each. */
export const schemaProblemCodes = [
  "YAML_SYNTAX",
  "YAML_UNSUPPORTED",
  "FILE_TOO_LARGE",
  "WRONG_SHAPE",
  "TOO_MANY",
  "VERSION_UNSUPPORTED",
  "UNKNOWN_KEY",
  "NAME_MISSING",
  "NAME_INVALID",
  "NAME_RESERVED",
  "NAME_TAKEN",
  "COLLECTION_EMPTY",
  "NO_COLLECTIONS",
  "TYPE_MISSING",
  "TYPE_UNKNOWN",
  "OPTION_UNKNOWN",
  "OPTION_TWICE",
  "OPTION_NOT_FOR_TYPE",
  "OPTION_INVALID",
  "OPTIONS_CONTRADICT",
  "ENUM_INVALID",
  "PATTERN_INVALID",
  "JSON_SCHEMA_INVALID",
  "DEFAULT_INVALID",
  "PRIMARY_KEY_INVALID",
  "REFERENCE_INVALID",
  "REFERENCE_UNKNOWN",
  "REFERENCE_NOT_UNIQUE",
  "REFERENCE_TYPE",
  "REFERENCE_CYCLE",
  "RELATION_NAME",
  "INDEX_INVALID",
  "INDEX_FIELD_UNKNOWN",
] as const

/** One of them. */
export type SchemaProblemCode = (typeof schemaProblemCodes)[number]

/** Gathers what is wrong with a schema or a migration, so that all of it is reported at once. */
export class ProblemList {
  readonly #problems: Problem[] = []
  #omittedCount = 0

  /** A suggestion that takes a search is passed as a function, so that it is not made for what is only counted. */
  add(
    code: SchemaProblemCode | MigrationProblemCode,
    at: SourceLocation | null,
    message: string,
    next?: string | (() => string),
  ): void {
    if (this.#problems.length >= problemCountMax) {
      this.#omittedCount += 1
      return
    }
    const advice = typeof next === "function" ? next() : next
    this.#problems.push({ code, message, ...(advice ? { next: advice } : {}), ...(at === null ? {} : { at }) })
  }

  get isEmpty(): boolean {
    return this.#problems.length === 0
  }

  /** The problems in the order of the file; one that stands for the rest ends a list that grew too long. */
  sorted(): readonly Problem[] {
    const sorted = this.#problems.toSorted(
      (a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0),
    )
    if (this.#omittedCount === 0) return sorted
    return [...sorted, { code: "TOO_MANY", message: `There are ${this.#omittedCount} more problems.` }]
  }
}

/** The `next` of a mistyped word: the word that was probably meant, and all of them when they are few. */
export function didYouMean(word: string, candidates: readonly string[], label: string): string {
  const nearest = nearestWord(word, candidates)
  const shownCountMax = nearest === undefined ? 30 : 12
  const isShown = candidates.length > 0 && candidates.length <= shownCountMax
  const all = isShown ? `${label}: ${candidates.join(", ")}.` : ""
  return [nearest === undefined ? "" : `Did you mean "${nearest}"?`, all].filter((part) => part !== "").join(" ")
}

/** Adds what is wrong with a file as YAML. */
export function addYamlProblem(problem: YamlProblem, problems: ProblemList): void {
  switch (problem.kind) {
    case "syntax":
      return problems.add("YAML_SYNTAX", problem.at, problem.message, yamlAdvice(problem.message))
    case "duplicate-key":
      return problems.add("NAME_TAKEN", problem.at, problem.message, "Remove or rename one of them.")
    case "unsupported":
      return problems.add("YAML_UNSUPPORTED", problem.at, problem.message)
  }
}

/** The slip that rules invite: they are written in quotes, and hold texts in quotes. */
function yamlAdvice(message: string): string | undefined {
  if (!message.startsWith("Unexpected scalar at node end")) return undefined
  return `A text in quotes ends at the next one: inside "…" write '…'.`
}
