/** A text with one place marked: the text without the marks, and where the place is. */
export interface MarkedText {
  readonly text: string
  readonly line: number
  readonly column: number
}

/** Takes the marks ⟦ and ⟧ out of a text and says where they stood. */
export function readMarked(marked: string): MarkedText {
  const start = marked.indexOf("⟦")
  const before = marked.slice(0, start)
  const line = before.split("\n").length
  const column = before.length - before.lastIndexOf("\n")
  return { text: marked.replace("⟦", "").replace("⟧", ""), line, column }
}
