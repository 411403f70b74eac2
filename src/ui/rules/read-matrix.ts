import { renderMatrix } from "./matrix-text.ts"
import type { ShownMatrix } from "./matrix-text.ts"

type ShownCollection = ShownMatrix["collections"][number]
type ShownRow = ShownCollection["documents"][number]["rows"][number]

const outcomes: ReadonlyMap<string, boolean | null> = new Map([
  ["yes", true],
  ["-", false],
  ["", null],
])

/** Reads a matrix back from its text; null where that is no text that `renderMatrix` wrote. */
export function readMatrix(text: string): ShownMatrix | null {
  const tables = text.trimEnd().split("\n\n").slice(1)
  const read = tables.map((table) => readTable(table))
  const callers = read[0]?.callers
  if (callers === undefined) return null
  const matrix = { callers, collections: read.map(({ collection }) => collection) }
  return renderMatrix(matrix) === text ? matrix : null
}

/** The matrix of these callers alone. */
export function matrixOf({ callers, collections }: ShownMatrix, wanted: ReadonlySet<string>): ShownMatrix {
  const isWanted = callers.map((name) => wanted.has(name))
  return {
    callers: callers.filter((_, index) => isWanted[index]),
    collections: collections.map(({ name, documents }) => ({
      name,
      documents: documents.map((document) => ({
        name: document.name,
        rows: document.rows.map((row) => ({ ...row, allowed: row.allowed.filter((_, index) => isWanted[index]) })),
      })),
    })),
  }
}

function readTable(table: string): { readonly callers: readonly string[]; readonly collection: ShownCollection } {
  const [head = "", ...lines] = table.split("\n")
  // Between columns there are two spaces, inside of a name one at most.
  const [first, ...columns] = [...head.matchAll(/\S+(?: \S+)*/g)]
  const places = columns.map(({ index }) => index)
  const documents: { readonly name: string; readonly rows: ShownRow[] }[] = []
  for (const line of lines) {
    if (line.startsWith("    ")) documents.at(-1)?.rows.push(readRow(line, places))
    else documents.push({ name: line.trim(), rows: [] })
  }
  return { callers: columns.map(([name]) => name), collection: { name: first?.[0] ?? "", documents } }
}

function readRow(line: string, places: readonly number[]): ShownRow {
  const [, operation = "", field] = /^(give away|\S+)(?: (\S+))?/.exec(line.slice(0, places[0]).trim()) ?? []
  const cells = places.map((place, index) => line.slice(place, places[index + 1]).trim())
  return { operation, field: field ?? null, allowed: cells.map((cell) => outcomes.get(cell) ?? null) }
}
