import type { FakeRandom } from "./fake-random.ts"
import type { PatternPart } from "./pattern-tree.ts"

/** The longest text that is tried. */
const lengthMax = 10_000

/** Makes a text out of a pattern; `stretch` is how often a part is repeated beyond what it must be. */
export function patternText(random: FakeRandom, part: PatternPart, stretch: number): string {
  const out: string[] = []
  write(random, part, stretch, out)
  return out.join("")
}

function write(random: FakeRandom, part: PatternPart, stretch: number, out: string[]): void {
  if (out.length > lengthMax) return
  switch (part.kind) {
    case "characters":
      return void out.push(character(random, part.ranges))
    case "sequence":
      for (const each of part.parts) write(random, each, stretch, out)
      return
    case "choice":
      return write(random, random.pick(part.parts), stretch, out)
    case "repeat": {
      const count = random.int(part.min, Math.min(part.max, part.min + stretch))
      for (let index = 0; index < count; index += 1) write(random, part.part, stretch, out)
    }
  }
}

function character(random: FakeRandom, ranges: readonly (readonly [number, number])[]): string {
  const size = ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0)
  let index = random.int(0, size - 1)
  for (const [from, to] of ranges) {
    const width = to - from + 1
    if (index < width) return String.fromCodePoint(from + index)
    index -= width
  }
  return ""
}
