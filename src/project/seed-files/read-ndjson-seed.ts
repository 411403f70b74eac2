import { findJsonFault } from "../../lib/json-syntax.ts"
import { readEntry } from "./documents-in-value.ts"
import { placeText, seedProblem } from "./seed-document.ts"
import type { SeedDocument } from "./seed-document.ts"
import { textLines } from "./text-lines.ts"

/** Reads a document a line: `{"collection":"posts","data":{…}}`. Empty lines are skipped. */
export async function* readNdjsonSeed(chunks: AsyncIterable<Buffer>, file: string): AsyncGenerator<SeedDocument> {
  let line = 0
  for await (const text of textLines(chunks, file)) {
    line += 1
    if (text.trim() === "") continue
    const entry = readEntry(parseLine(text, { file, line }))
    if (typeof entry === "string") throw seedProblem(entry, { file, line, column: 1 })
    yield { ...entry, at: placeText({ file, line }) }
  }
}

function parseLine(text: string, place: { readonly file: string; readonly line: number }): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const fault = findJsonFault(text)
    const expected = fault === null ? "" : `: ${fault.expected} was expected`
    throw seedProblem(`The line is not valid JSON${expected}.`, { ...place, column: fault?.column ?? 1 })
  }
}
