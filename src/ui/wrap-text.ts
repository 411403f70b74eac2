import { stripVTControlCharacters } from "node:util"

/** Breaks a text between words so that no line is wider than `columns`; every line starts with `indent` spaces. */
export function wrapText(text: string, options: { readonly columns: number; readonly indent: number }): string {
  const margin = " ".repeat(options.indent)
  const width = Math.max(20, options.columns - options.indent)
  return text
    .split("\n")
    .map((paragraph) => wrapParagraph(paragraph, width).map((line) => (line === "" ? "" : margin + line)))
    .flat()
    .join("\n")
}

function wrapParagraph(paragraph: string, width: number): string[] {
  const lines: string[] = []
  let line = ""
  for (const word of paragraph.split(" ")) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line)
      line = word
    } else line = line === "" ? word : `${line} ${word}`
  }
  lines.push(line)
  return lines
}

/** How wide a text is on a screen: colours take no room. */
export function widthOf(text: string): number {
  return stripVTControlCharacters(text).length
}
