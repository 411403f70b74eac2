import { findJsonFault } from "../../lib/json-syntax.ts"
import type { BuildStreams } from "./build-database.ts"
import type { BuildJob, BuiltDatabase } from "./data-job.ts"
import { DatabaseBuilder } from "./database-builder.ts"
import { linesOf } from "./input-lines.ts"
import { invalidDump } from "./invalid-dump.ts"
import type { DumpPlace } from "./invalid-dump.ts"
import { readHead } from "./read-head.ts"

/** Documents between two words about how far it is. */
export const documentsPerProgress = 10_000

/** Makes a database of a line that says what the dump is, and a line for each document. */
export function buildFromNdjson({ target, name, at }: BuildJob, { input, onProgress }: BuildStreams): BuiltDatabase {
  let builder: DatabaseBuilder | undefined
  try {
    for (const { text, line } of linesOf(input, name)) {
      if (text.trim() === "") continue
      const place = { name, line }
      const value = parseLine(text, place)
      if (builder === undefined) {
        builder = new DatabaseBuilder(target, { head: readHead(value, place), nowIso: at })
        continue
      }
      const { collection, data } = (value ?? {}) as { readonly collection?: string; readonly data?: unknown }
      builder.insert(collection!, data, place)
      if (builder.count % documentsPerProgress === 0) onProgress(`Reading documents: ${builder.count}`)
    }
    if (builder === undefined) throw invalidDump({ name, line: 1 }, "The file is empty.")
    return builder.finish(onProgress)
  } catch (error) {
    builder?.close()
    throw error
  }
}

function parseLine(text: string, place: DumpPlace): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const fault = findJsonFault(text)
    const expected = fault === null ? "" : `: ${fault.expected} was expected at column ${fault.column}`
    const column = fault === null ? {} : { column: fault.column }
    throw invalidDump({ ...place, ...column }, `The line is not valid JSON${expected}.`, error)
  }
}
