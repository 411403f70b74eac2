import type { Progress } from "../../protocol/progress.ts"
import { countOf, showCount } from "../amount.ts"
import type { DevSnapshot } from "../dev-store.ts"
import type { Paint } from "../paint.ts"
import { printable } from "../printable.ts"
import { wrapText } from "../wrap-text.ts"
import { cellsOf, cutText } from "./fit-text.ts"

type KeyHint = readonly [key: string, what: string]

/** How many lines a message may take. */
const messageRowsMax = 3

/** How wide the bar of long work is. */
const progressColumns = 24

/** The lines at the bottom: what is to be said or answered, and the keys that work now. */
export function barLines(snapshot: DevSnapshot, look: { readonly paint: Paint; readonly columns: number }): string[] {
  return [...sayings(snapshot, look), keyLine(snapshot, look)]
}

function sayings({ view, stats, message, heldCount }: DevSnapshot, look: { paint: Paint; columns: number }): string[] {
  const { paint, columns } = look
  if (view.search.isTyping) {
    return [cutText(`${paint("name", "/")}${printable(view.search.text)}${paint("chosen", " ")}`, columns)]
  }
  // Where a plan is shown, the question stands in its box.
  if (view.question !== null && !stats?.plan)
    return wrapped(printable(`${view.question} (y/n)`), look).map((line) => paint("warn", line))
  const lines: string[] = []
  if (view.progress !== null) lines.push(cutText(progressLine(view.progress, paint), columns))
  if (message !== null) {
    lines.push(...wrapped(printable(message.text), look).map((line) => paint(message.urgent ? "bad" : "warn", line)))
  }
  if (view.isPaused) {
    const held = heldCount === 0 ? "nothing new yet" : `${countOf(heldCount, "new entry", "new entries")} held back`
    lines.push(paint("warn", `Paused: ${held}; p shows ${heldCount === 1 ? "it" : "them"}`))
  }
  return lines
}

function wrapped(text: string, { columns }: { readonly columns: number }): string[] {
  return wrapText(text, { columns, indent: 0 })
    .split("\n")
    .slice(0, messageRowsMax)
    .map((line) => cutText(line, columns))
}

/** "▕██████░░░░▏ 45 % Copying posts"; without a bar where it is not known how far it is. */
export function progressLine({ message, ratio }: Progress, paint: Paint): string {
  const text = printable(message)
  if (ratio === undefined) return `${paint("name", "…")} ${text}`
  const share = Math.min(1, Math.max(0, ratio))
  const full = Math.round(share * progressColumns)
  const bar = paint("good", "█".repeat(full)) + paint("quiet", "░".repeat(progressColumns - full))
  return `${bar} ${showCount(Math.floor(share * 100)).padStart(3)} % ${text}`
}

/** Those that always work stay; of the others as many as fit, the most useful first. */
function keyLine(
  snapshot: DevSnapshot,
  { paint, columns }: { readonly paint: Paint; readonly columns: number },
): string {
  const { first, last } = hints(snapshot)
  const show = ([key, what]: KeyHint): string => `${paint("strong", key)} ${what}`
  const end = last.map(show).join("  ")
  let line = ""
  for (const hint of first) {
    const longer = line === "" ? show(hint) : `${line}  ${show(hint)}`
    if (cellsOf(longer) + 2 + cellsOf(end) > columns) break
    line = longer
  }
  return cutText(line === "" ? end : `${line}  ${end}`, columns)
}

const leaving: readonly KeyHint[] = [
  ["?", "help"],
  ["q", "detach"],
  ["Q", "stop"],
]

function hints({ view, stats }: DevSnapshot): {
  readonly first: readonly KeyHint[]
  readonly last: readonly KeyHint[]
} {
  if (view.question !== null)
    return {
      first: [
        ["y", "yes"],
        ["n", "no"],
      ],
      last: [["Esc", "leave it"]],
    }
  if (view.search.isTyping) return { first: [["Enter", "keep"]], last: [["Esc", "clear"]] }
  const plan: readonly KeyHint[] =
    stats?.plan && view.progress === null
      ? [
          ["w", "write file"],
          ["a", "apply"],
          ["u", "undo edit"],
        ]
      : []
  if (view.overlay !== null) {
    return { first: [["Esc", "back"], ["↑↓", "scroll"], ...plan, ["o", "API page"]], last: leaving }
  }
  const isFiltered = view.search.text !== ""
  return {
    first: [
      ...plan,
      ["Tab", "pane"],
      ["↑↓", "move"],
      ["Enter", "open"],
      isFiltered ? ["Esc", "show all"] : ["/", "search"],
      ["e", view.errorsOnly ? "everything" : "errors"],
      ["p", view.isPaused ? "go on" : "pause"],
      ["c", "clear"],
      ["o", "API page"],
      ["z", view.isZoomed ? "all panes" : "zoom"],
    ],
    last: leaving,
  }
}
