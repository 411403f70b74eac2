import type { DiffLine } from "../../lib/line-diff.ts"
import type { Paint } from "../paint.ts"
import { printable } from "../printable.ts"

/** Lines around a change that are shown with it. */
const contextCount = 4

/** What differs, with a few lines around it, as other tools show it. */
export function renderDiff(lines: readonly DiffLine[], paint: Paint): string {
  const changed = lines.flatMap(({ kind }, index) => (kind === "same" ? [] : [index]))
  const shown = new Set(changed.flatMap((index) => around(index)))
  const texts: string[] = []
  for (const [index, line] of lines.entries()) {
    if (!shown.has(index)) continue
    if (index > 0 && !shown.has(index - 1)) texts.push(paint("quiet", "…"))
    texts.push(lineText(line, paint))
  }
  return texts.join("\n")
}

function around(index: number): number[] {
  return Array.from({ length: 2 * contextCount + 1 }, (_, offset) => index - contextCount + offset)
}

function lineText({ kind, text }: DiffLine, paint: Paint): string {
  const safe = printable(text)
  if (kind === "same") return `  ${safe}`.trimEnd()
  return kind === "added" ? paint("good", `+ ${safe}`) : paint("bad", `- ${safe}`)
}
