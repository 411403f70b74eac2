import { documentsOf } from "./dump-source.ts"
import type { DumpSource } from "./dump-source.ts"
import type { TextOutput } from "./process-streams.ts"

/** Writes a line of JSON that says what the dump is, then a line for each document. */
export function writeNdjsonDump({ reader, head, collections }: DumpSource, output: TextOutput): void {
  output.write(`${JSON.stringify(head)}\n`)
  for (const collection of collections) {
    const begin = `{"collection":${JSON.stringify(collection.name)},"data":`
    for (const doc of documentsOf(reader, collection)) output.write(`${begin}${doc}}\n`)
  }
}
