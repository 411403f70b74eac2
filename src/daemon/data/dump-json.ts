import type { DumpEnd } from "./dump-end.ts"
import { documentsOf } from "./dump-source.ts"
import type { DumpSource } from "./dump-source.ts"
import type { TextOutput } from "./process-streams.ts"

/** Writes one object; what a restore has to know before the documents stands before them, and each has its own line. */
export function writeJsonDump({ reader, head, collections }: DumpSource, output: TextOutput): void {
  output.write("{\n")
  for (const [name, value] of Object.entries(head)) output.write(`"${name}": ${JSON.stringify(value)},\n`)
  const counts = new Map<string, number>()
  output.write('"collections": {')
  for (const [index, collection] of collections.entries()) {
    output.write(`${index === 0 ? "" : ","}\n${JSON.stringify(collection.name)}: [`)
    let separator = "\n"
    let count = 0
    for (const doc of documentsOf(reader, collection)) {
      output.write(`${separator}${doc}`)
      separator = ",\n"
      count += 1
    }
    counts.set(collection.name, count)
    output.write("\n]")
  }
  const end: DumpEnd = Object.fromEntries(counts)
  output.write(`\n},\n"end": ${JSON.stringify(end)}\n}\n`)
}
