import { accountRowsOf, isAccountTable } from "./account-rows.ts"
import type { DumpEnd } from "./dump-end.ts"
import { documentsOf } from "./dump-source.ts"
import type { DumpSource } from "./dump-source.ts"
import type { TextOutput } from "./process-streams.ts"

/** Writes a line of JSON that says what the dump is, a line for each document, and one that says how many they are. */
export function writeNdjsonDump({ reader, head, collections, accountTables }: DumpSource, output: TextOutput): void {
  output.write(`${JSON.stringify(head)}\n`)
  const counts = new Map<string, number>()
  const write = (name: string, docs: Iterable<string>): void => {
    let count = 0
    const begin = `{"collection":${JSON.stringify(name)},"data":`
    for (const doc of docs) {
      output.write(`${begin}${doc}}\n`)
      count += 1
    }
    if (count > 0 || !isAccountTable(name)) counts.set(name, count)
  }
  for (const table of accountTables) write(table, accountRowsOf(reader, table))
  for (const collection of collections) write(collection.name, documentsOf(reader, collection))
  const end: DumpEnd = Object.fromEntries(counts)
  output.write(`${JSON.stringify({ end })}\n`)
}
