import { accountRowsOf, isAccountTable } from "./account-rows.ts"
import type { DumpEnd } from "./dump-end.ts"
import { documentsOf } from "./dump-source.ts"
import type { DumpSource } from "./dump-source.ts"
import type { TextOutput } from "./process-streams.ts"

/** Writes one object; what a restore has to know before the documents stands before them, and each has its own line. */
export function writeJsonDump({ reader, head, collections, accountTables }: DumpSource, output: TextOutput): void {
  output.write("{\n")
  for (const [name, value] of Object.entries(head)) output.write(`"${name}": ${JSON.stringify(value)},\n`)
  const counts = new Map<string, number>()
  let separator = ""
  const write = (name: string, docs: Iterator<string>): void => {
    let next = docs.next()
    // A database without accounts is dumped as one that knows none.
    if (next.done === true && isAccountTable(name)) return
    output.write(`${separator}\n${JSON.stringify(name)}: [`)
    let count = 0
    for (; next.done !== true; next = docs.next()) {
      output.write(`${count === 0 ? "\n" : ",\n"}${next.value}`)
      count += 1
    }
    counts.set(name, count)
    output.write("\n]")
    separator = ","
  }
  output.write('"collections": {')
  for (const table of accountTables) write(table, accountRowsOf(reader, table))
  for (const collection of collections) write(collection.name, documentsOf(reader, collection))
  const end: DumpEnd = Object.fromEntries(counts)
  output.write(`\n},\n"end": ${JSON.stringify(end)}\n}\n`)
}
