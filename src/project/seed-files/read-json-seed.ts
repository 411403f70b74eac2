import { isJsonObject } from "../../lib/json-object.ts"
import { findJsonFault } from "../../lib/json-syntax.ts"
import type { SourceLocation } from "../../lib/source-location.ts"
import { isBatchList, readEntry, seedFormsAdvice } from "./documents-in-value.ts"
import { JsonFormError, jsonListEntries } from "./json-values.ts"
import type { JsonSpan } from "./json-values.ts"
import { placeText, seedProblem } from "./seed-document.ts"
import type { SeedDocument } from "./seed-document.ts"

/** Reads the documents of a JSON text: one at a time, so that only the text and one document are in memory. */
export function* readJsonSeed(text: string, file: string): Generator<SeedDocument> {
  const lines = new LineFinder(text, file)
  let isBatch: boolean | null = null
  try {
    for (const span of jsonListEntries(text)) {
      const value: unknown = JSON.parse(text.slice(span.start, span.end))
      isBatch ??= span.member !== null && isBatchList(span.member, value)
      yield documentOf(span, value, { isBatch, at: lines.locate(span.start) })
    }
  } catch (error) {
    if (error instanceof JsonFormError || error instanceof SyntaxError) throw formError(text, file, error)
    throw error
  }
}

function documentOf(
  { member }: JsonSpan,
  value: unknown,
  { isBatch, at }: { readonly isBatch: boolean; readonly at: SourceLocation },
): SeedDocument {
  if (member === null || isBatch) {
    const entry = readEntry(value)
    if (typeof entry === "string") throw seedProblem(entry, at, seedFormsAdvice)
    return { ...entry, at: placeText(at) }
  }
  if (isJsonObject(value)) return { collection: member, data: value, at: placeText(at) }
  throw seedProblem(`A document of ${member} must be an object of fields.`, at)
}

function formError(text: string, file: string, error: JsonFormError | SyntaxError): Error {
  const plain = text.replace(/^\uFEFF/, "")
  const fault = findJsonFault(plain)
  if (fault !== null) {
    const { line, column, expected } = fault
    const found = fault.offset >= plain.length ? "the file ends" : `there is ${JSON.stringify(plain[fault.offset])}`
    return seedProblem(`${file} is not valid JSON: ${found} where ${expected} was expected.`, { file, line, column })
  }
  const offset = error instanceof JsonFormError ? error.offset : 0
  const at = new LineFinder(text, file).locate(offset)
  const expected = error instanceof JsonFormError ? error.message : "JSON without a member named __proto__"
  return seedProblem(`Expected ${expected} here.`, at, seedFormsAdvice)
}

/** Counts lines as far as the places that are asked for, which only grow. */
class LineFinder {
  readonly #text: string
  readonly #file: string
  #line = 1
  #lineStart = 0

  constructor(text: string, file: string) {
    this.#text = text
    this.#file = file
  }

  locate(offset: number): SourceLocation {
    for (;;) {
      const end = this.#text.indexOf("\n", this.#lineStart)
      if (end === -1 || end >= offset) break
      this.#line += 1
      this.#lineStart = end + 1
    }
    return { file: this.#file, line: this.#line, column: offset - this.#lineStart + 1 }
  }
}
