import { alyxError, isAlyxError } from "../../../errors.ts"
import type { AlyxError, Problem } from "../../../errors.ts"
import type { SourceLocation } from "../../../lib/source-location.ts"

/** So many problems are found before the seed is given up. */
const problemCountMax = 20

/** What is wrong with the documents of a seed, with the places in the person's file. */
export class SeedProblems {
  readonly #problems: Problem[] = []
  /** Collections of which a document was refused: that others do not find it is no news. */
  readonly #broken = new Set<string>()

  /** Adds what a document was refused for; what is no expected error is thrown. Throws when there are too many. */
  add(error: unknown, place: { readonly collection: string; readonly at: string }): void {
    if (!isAlyxError(error) || error.status >= 500) throw error
    this.#broken.add(place.collection)
    const next = error.next ?? uniqueAdvice(error)
    for (const message of sentencesOf(error)) {
      this.#problems.push({
        code: error.code,
        message: `${place.collection}: ${message}`,
        at: placeOf(place.at),
        ...(next !== undefined && { next }),
      })
    }
    if (this.#problems.length >= problemCountMax) this.throwIfAny()
  }

  isBroken(collection: string): boolean {
    return this.#broken.has(collection)
  }

  throwIfAny(): void {
    const problems = this.#problems.slice(0, problemCountMax)
    const [first] = problems
    if (first === undefined) return
    const message =
      problems.length === 1
        ? `${first.message} Nothing was written.`
        : `${problems.length} problems in the seed. Nothing was written.`
    throw alyxError("SEED_INVALID", { message, problems })
  }
}

/** A document that names its key is that one and no other, whatever else is unique in it. */
function uniqueAdvice({ code, details }: AlyxError): string | undefined {
  const fields = details?.["fields"]
  if (code !== "UNIQUE_CONFLICT" || !Array.isArray(fields)) return undefined
  return `Leave out its key (id) to update the document that is there, or give another ${fields.join(", ")}.`
}

/** Every problem of a document that breaks the schema is a sentence of its own. */
function sentencesOf(error: AlyxError): readonly string[] {
  const fields = error.code === "VALIDATION_ERROR" ? error.details?.["fields"] : undefined
  if (typeof fields !== "object" || fields === null) return [error.message]
  const lists = Object.values(fields) as readonly (readonly { readonly message: string }[])[]
  return lists.flatMap((list) => list.map(({ message }) => message))
}

/** Reads "seed.yaml:12" and "seed.yaml:12:5". */
export function placeOf(at: string): SourceLocation {
  const [, file, line, column] = /^(.*?):(\d{1,15})(?::(\d{1,15}))?$/s.exec(at) ?? []
  return { file: file ?? at, line: Math.max(1, Number(line ?? 1)), column: Math.max(1, Number(column ?? 1)) }
}
