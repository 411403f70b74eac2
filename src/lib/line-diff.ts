/** A line of a comparison: in both texts, in the first alone, in the second alone. */
export interface DiffLine {
  readonly kind: "same" | "removed" | "added"
  readonly text: string
}

/** Larger middles are shown as removed and added as a whole: the table of the comparison has as many cells as their product. */
const cellCountMax = 4_000_000

/** Compares two texts line by line, by their longest common subsequence. */
export function diffLines(before: string, after: string): DiffLine[] {
  const one = before.split("\n")
  const other = after.split("\n")
  let start = 0
  while (start < one.length && start < other.length && one[start] === other[start]) start += 1
  let end = 0
  while (end < one.length - start && end < other.length - start && one.at(-1 - end) === other.at(-1 - end)) end += 1
  const line = (kind: DiffLine["kind"]) => (text: string) => ({ kind, text })
  return [
    ...one.slice(0, start).map(line("same")),
    ...middleOf(one.slice(start, one.length - end), other.slice(start, other.length - end)),
    ...one.slice(one.length - end).map(line("same")),
  ]
}

function middleOf(one: readonly string[], other: readonly string[]): DiffLine[] {
  if (one.length * other.length > cellCountMax) {
    return [
      ...one.map((text) => ({ kind: "removed", text }) as const),
      ...other.map((text) => ({ kind: "added", text }) as const),
    ]
  }
  const lengths = commonLengths(one, other)
  const width = other.length + 1
  const lines: DiffLine[] = []
  let [row, column] = [0, 0]
  while (row < one.length || column < other.length) {
    const text = one[row]
    if (text !== undefined && text === other[column]) {
      lines.push({ kind: "same", text })
      row += 1
      column += 1
    } else if (
      text !== undefined &&
      (column === other.length || lengths[(row + 1) * width + column]! >= lengths[row * width + column + 1]!)
    ) {
      lines.push({ kind: "removed", text })
      row += 1
    } else {
      lines.push({ kind: "added", text: other[column]! })
      column += 1
    }
  }
  return lines
}

/** How long the common subsequence of what follows is, for each pair of places. */
function commonLengths(one: readonly string[], other: readonly string[]): Uint32Array {
  const width = other.length + 1
  const lengths = new Uint32Array((one.length + 1) * width)
  for (let row = one.length - 1; row >= 0; row -= 1) {
    for (let column = other.length - 1; column >= 0; column -= 1) {
      const below = (row + 1) * width + column
      lengths[row * width + column] =
        one[row] === other[column]
          ? lengths[below + 1]! + 1
          : Math.max(lengths[below]!, lengths[row * width + column + 1]!)
    }
  }
  return lengths
}
