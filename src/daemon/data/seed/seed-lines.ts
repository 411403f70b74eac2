import { fstatSync, readSync } from "node:fs"

/** Lines of one collection that follow each other in the spooled file. */
export interface LineRun {
  readonly start: number
  end: number
}

/** The lines of a spooled file by collection: where they are, never what they hold. */
export interface SeedIndex {
  readonly runs: ReadonlyMap<string, readonly LineRun[]>
  readonly bytes: number
}

const chunkBytes = 256 * 1024
const lineFeed = 0x0a

/** Reads the lines of a part of a file, one at a time, with the offset at which each begins. */
export function* readLines(
  descriptor: number,
  { start, end }: LineRun,
): Generator<{ readonly text: string; readonly offset: number }> {
  let rest: Buffer = Buffer.alloc(0)
  let offset = start
  let at = start
  while (at < end) {
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, end - at))
    const count = readSync(descriptor, chunk, 0, chunk.length, at)
    if (count === 0) break
    at += count
    let from = 0
    for (let feed = chunk.indexOf(lineFeed); feed !== -1 && feed < count; feed = chunk.indexOf(lineFeed, from)) {
      const part = chunk.subarray(from, feed)
      const line = rest.length === 0 ? part : Buffer.concat([rest, part])
      yield { text: line.toString("utf8"), offset }
      offset += line.length + 1
      rest = Buffer.alloc(0)
      from = feed + 1
    }
    rest = Buffer.concat([rest, chunk.subarray(from, count)])
  }
  if (rest.length > 0) yield { text: rest.toString("utf8"), offset }
}

/** Finds which lines belong to which collection; `collectionOf` throws what is wrong with a line. */
export function indexLines(
  descriptor: number,
  collectionOf: (line: string, number: number) => string | null,
): SeedIndex {
  const bytes = fstatSync(descriptor).size
  const runs = new Map<string, LineRun[]>()
  let number = 0
  let last: { collection: string; run: LineRun } | undefined
  for (const { text, offset } of readLines(descriptor, { start: 0, end: bytes })) {
    number += 1
    const collection = collectionOf(text, number)
    if (collection === null) continue
    const end = offset + Buffer.byteLength(text) + 1
    if (last?.collection === collection && last.run.end === offset) last.run.end = end
    else {
      const run = { start: offset, end }
      last = { collection, run }
      const known = runs.get(collection)
      if (known === undefined) runs.set(collection, [run])
      else known.push(run)
    }
  }
  return { runs, bytes }
}
