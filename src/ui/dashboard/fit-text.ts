/** A control sequence that takes no room; everything else is told apart by its width. */
// oxlint-disable-next-line no-control-regex -- colours begin with an escape
const sequences = /\u001B\[[\d;]*m/y

/** Marks that stand over the character before them. */
const marks = /^[\p{Mn}\p{Me}\p{Cf}]$/u

/** Scripts and pictures that take two cells; narrower than the standard's table, which no terminal follows to the letter. */
const wide =
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]$/u

/** How many cells of a terminal a text takes. */
export function cellsOf(text: string): number {
  let cells = 0
  for (const { width } of pieces(text)) cells += width
  return cells
}

/** A text cut to so many cells, with a sign where something is missing; its colours end with it. */
export function cutText(text: string, columns: number): string {
  if (text.length <= columns && isPlain(text)) return text
  if (cellsOf(text) <= columns) return text
  if (columns <= 0) return ""
  let kept = ""
  let cells = 0
  let isOver = false
  for (const { text: piece, width } of pieces(text)) {
    if (width === 0) {
      // Sequences go on: those that end a colour must.
      if (!isOver || piece.length > 1) kept += piece
    } else if (!isOver && cells + width <= columns - 1) {
      kept += piece
      cells += width
    } else if (!isOver) {
      isOver = true
      kept += "…"
      cells += 1
    }
  }
  return kept
}

/** A text cut or filled with blanks to exactly so many cells. */
export function fitText(text: string, columns: number): string {
  const cut = cutText(text, columns)
  return cut + " ".repeat(Math.max(0, columns - cellsOf(cut)))
}

function isPlain(text: string): boolean {
  return /^[\u0020-\u007E]*$/.test(text)
}

/** A text as its sequences, which take no room, and its characters. */
export function* pieces(text: string): Generator<{ readonly text: string; readonly width: number }> {
  for (let index = 0; index < text.length;) {
    sequences.lastIndex = index
    const sequence = sequences.exec(text)?.[0]
    if (sequence !== undefined) {
      yield { text: sequence, width: 0 }
      index += sequence.length
      continue
    }
    const character = String.fromCodePoint(text.codePointAt(index)!)
    yield { text: character, width: widthOf(character) }
    index += character.length
  }
}

function widthOf(character: string): number {
  if (character >= " " && character <= "~") return 1
  if (marks.test(character)) return 0
  return wide.test(character) ? 2 : 1
}
