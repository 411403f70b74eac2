import { findJsonFault } from "../../lib/json-syntax.ts"
import type { BuildStreams } from "./build-database.ts"
import type { BuildJob, BuiltDatabase } from "./data-job.ts"
import { beginBuild } from "./begin-build.ts"
import type { DatabaseBuilder } from "./database-builder.ts"
import { endsEarly, requireCounts } from "./dump-end.ts"
import { linesOf } from "./input-lines.ts"
import { invalidDump } from "./invalid-dump.ts"
import type { DumpPlace } from "./invalid-dump.ts"

/** Documents between two words about how far it is. */
export const documentsPerProgress = 10_000

/** Makes a database of a line that says what the dump is, a line for each document, and one that says how many they are. */
export function buildFromNdjson({ target, name, at }: BuildJob, { input, onProgress }: BuildStreams): BuiltDatabase {
  let builder: DatabaseBuilder | undefined
  let last: DumpPlace = { name, line: 1 }
  let isWhole = false
  try {
    for (const { text, line } of linesOf(input, name)) {
      if (text.trim() === "") continue
      const place = { name, line }
      last = place
      if (isWhole) throw invalidDump(place, "The dump goes on after its end.")
      const value = parseLine(text, place)
      if (builder === undefined) {
        builder = beginBuild(target, { head: value, place, nowIso: at })
        continue
      }
      const { collection, data, end } = (value ?? {}) as DumpLine
      if (collection === undefined && end !== undefined) {
        requireCounts(end, builder.counts, place)
        isWhole = true
        continue
      }
      builder.insert(collection!, data, place)
      if (builder.count % documentsPerProgress === 0) onProgress(`Reading documents: ${builder.count}`)
    }
    if (builder === undefined) throw invalidDump(last, "The file is empty.")
    if (!isWhole) throw endsEarly(last)
    return builder.finish(onProgress)
  } catch (error) {
    builder?.close()
    throw error
  }
}

interface DumpLine {
  readonly collection?: string
  readonly data?: unknown
  readonly end?: unknown
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
