import { invalidDump } from "./invalid-dump.ts"
import type { DumpPlace } from "./invalid-dump.ts"

/** Documents by collection: what a dump ends with, so that one that was cut off is not taken for a whole one. */
export type DumpEnd = Readonly<Record<string, number>>

/** Begins the last line of a script; the number of its documents follows. */
export const sqlEndMark = "-- The end of the dump. Documents: "

/** Looks whether as many documents came as the end of the dump says. */
export function requireCounts(end: unknown, counted: ReadonlyMap<string, number>, place: DumpPlace): void {
  if (typeof end !== "object" || end === null || Array.isArray(end)) {
    throw invalidDump(place, "The end of a dump must be an object: the number of documents by collection.")
  }
  const said = new Map(Object.entries(end as Record<string, unknown>))
  for (const name of new Set([...said.keys(), ...counted.keys()])) {
    const [expected, found] = [said.get(name) ?? 0, counted.get(name) ?? 0]
    if (expected !== found) throw countsDiffer({ name, expected, found }, place)
  }
}

/** How many documents the last line of a script says it holds; undefined when it is not there. */
export function readSqlEnd(tail: string): number | undefined {
  const from = tail.lastIndexOf(`\n${sqlEndMark}`)
  const said = from === -1 ? null : /^(\d{1,15})\s*$/.exec(tail.slice(from + 1 + sqlEndMark.length))
  return said === null ? undefined : Number(said[1])
}

/** Looks whether as many documents came as the last line of a script says. */
export function requireSqlCount(expected: number | undefined, counts: DumpEnd, place: DumpPlace): void {
  if (expected === undefined) throw endsEarly(place)
  const found = Object.values(counts).reduce((sum, count) => sum + count, 0)
  if (expected !== found) throw countsDiffer({ name: "all collections", expected, found }, place)
}

/** The file has no end. */
export function endsEarly(place: DumpPlace): Error {
  return invalidDump(place, "The file ends early: it lacks the end of a dump, which says how many documents it holds.")
}

function countsDiffer(
  { name, expected, found }: { readonly name: string; readonly expected: unknown; readonly found: number },
  place: DumpPlace,
): Error {
  const said = JSON.stringify(expected)?.slice(0, 40) ?? "none"
  return invalidDump(place, `The file holds ${found} documents of ${name.slice(0, 100)}, but its end says ${said}.`)
}
