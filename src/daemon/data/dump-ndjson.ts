import type { DumpEnd } from "./dump-end.ts"
import { documentsOf } from "./dump-source.ts"
import type { DumpSource } from "./dump-source.ts"
import type { TextOutput } from "./process-streams.ts"

/** Writes a line of JSON that says what the dump is, a line for each document, and one that says how many they are. */
export function writeNdjsonDump({ reader, head, collections }: DumpSource, output: TextOutput): void {
  output.write(`${JSON.stringify(head)}\n`)
  const counts = new Map<string, number>()
  for (const collection of collections) {
    let count = 0
    const begin = `{"collection":${JSON.stringify(collection.name)},"data":`
    for (const doc of documentsOf(reader, collection)) {
      output.write(`${begin}${doc}}\n`)
      count += 1
    }
    counts.set(collection.name, count)
  }
  const end: DumpEnd = Object.fromEntries(counts)
  output.write(`${JSON.stringify({ end })}\n`)
}
