import type { PlannedChange, PlannedSafety } from "../../protocol/migrations-api.ts"
import { countOf, showMs } from "../amount.ts"
import type { Meaning, Paint } from "../paint.ts"
import { printable } from "../printable.ts"
import { widthOf, wrapText } from "../wrap-text.ts"

/** How lines are coloured, and how wide they may be. */
export interface LineLook {
  readonly paint: Paint
  readonly columns: number
}

/** How each kind of change looks: without colours the mark and the word say the same. */
export const safetyLooks: Record<PlannedSafety, { readonly mark: string; readonly meaning: Meaning }> = {
  safe: { mark: "✓", meaning: "good" },
  lossy: { mark: "!", meaning: "warn" },
  refused: { mark: "✗", meaning: "bad" },
}

/** What applying a change does to the documents. */
const workWords: Record<PlannedChange["work"], string> = {
  instant: "instant",
  scan: "reads the table",
  rebuild: "copies the table",
}

/** Where the changes of a file begin to the left, and what is said of each below it. */
const changeIndent = 2
const detailIndent = 6

/** One change in one line, wrapped: its mark, what changes, and the word for how safe it is. */
export function changeLine(change: PlannedChange, { paint, columns }: LineLook): readonly string[] {
  const { mark, meaning } = safetyLooks[change.safety]
  const word = change.safety === "safe" ? "" : ` (${change.safety})`
  const lines = hanging(`${printable(change.message)}${word}`, { columns, indent: changeIndent + 2 })
  return lines.map((line, index) => {
    const text = word !== "" && line.endsWith(word.trim()) ? paintEnd(line, word.trim(), paint, meaning) : line
    return index === 0 ? `${" ".repeat(changeIndent)}${paint(meaning, mark)} ${text.trimStart()}` : text
  })
}

/** All that is known of a change: what it costs, what mentions it, why it is not simply safe, and what to do. */
export function changeLines(change: PlannedChange, look: LineLook): readonly string[] {
  const { paint, columns } = look
  const { meaning } = safetyLooks[change.safety]
  const detail = (text: string, as: Meaning | null): readonly string[] =>
    hanging(printable(text), { columns, indent: detailIndent }).map((line) => paintText(line, paint, as))
  return [
    ...changeLine(change, look),
    ...detail(costOf(change), "quiet"),
    ...(change.mentions.length > 0 ? detail(`Mentioned by ${mentionsOf(change)}.`, null) : []),
    ...(change.reason === null ? [] : detail(withoutPrefix(change.reason, change.message), meaning)),
    ...(change.next === null ? [] : detail(change.next, "name")),
  ]
}

/** A reason may begin with the change that it stands under. */
function withoutPrefix(reason: string, message: string): string {
  return reason.startsWith(`${message}: `) ? reason.slice(message.length + 2) : reason
}

/** "1,204 documents, copies the table, about 310 ms". */
export function costOf({ rowCount, work, estimateMs }: PlannedChange): string {
  // How long SQL of a person takes is not known either.
  if (rowCount === null) return `an unknown number of documents, ${workWords[work]}, for an unknown time`
  const documents = countOf(rowCount, "document")
  if (work === "instant") return rowCount === 0 ? workWords.instant : `${documents}, ${workWords.instant}`
  return `${documents}, ${workWords[work]}, ${showEstimate(estimateMs)}`
}

/** Estimates are rough: no fractions of a millisecond. */
export function showEstimate(estimateMs: number): string {
  return estimateMs < 10 ? "under 10 ms" : `about ${showMs(estimateMs)}`
}

/** How many mentions are named; the rest is counted. */
const mentionCountMax = 12

function mentionsOf({ mentions }: PlannedChange): string {
  const labels = mentions.slice(0, mentionCountMax).map(({ label }) => label)
  const more = mentions.length - labels.length
  return [...labels, ...(more > 0 ? [`${more} more`] : [])].join(", ")
}

/** Breaks a text into lines that all begin at the same column; a word that is too long is cut there. */
export function hanging(text: string, options: { readonly columns: number; readonly indent: number }): string[] {
  const margin = " ".repeat(options.indent)
  return wrapText(text, options)
    .split("\n")
    .flatMap((line) => cutToWidth(line, options.columns, margin))
}

function cutToWidth(line: string, columns: number, margin: string): string[] {
  const width = Math.max(20, columns)
  if (widthOf(line) <= width) return [line]
  return [line.slice(0, width), ...cutToWidth(margin + line.slice(width), columns, margin)]
}

function paintText(line: string, paint: Paint, meaning: Meaning | null): string {
  const text = line.trimStart()
  return meaning === null ? line : line.slice(0, line.length - text.length) + paint(meaning, text)
}

function paintEnd(line: string, end: string, paint: Paint, meaning: Meaning): string {
  return line.slice(0, line.length - end.length) + paint(meaning, end)
}
