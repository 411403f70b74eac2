import type { BuildEntry, LogLine, ReloadEntry } from "../../protocol/admin-api.ts"
import { countOf, showMs, showTime } from "../amount.ts"
import type { ChangeEntry } from "../dev-store.ts"
import { levelLooks, reloadTitles, showFields } from "../log-line.ts"
import type { Meaning, Paint } from "../paint.ts"
import { printable } from "../printable.ts"
import { cellsOf, fitText } from "./fit-text.ts"

interface Row {
  readonly mark: string
  readonly meaning: Meaning
  readonly text: string
  /** Said after the text, in quiet. */
  readonly rest?: string
  /** At the right end. */
  readonly end?: string
}

/** One reload or message in one row, with how long a reload took. */
export function changeRow(entry: ChangeEntry, look: { readonly paint: Paint; readonly columns: number }): string {
  const { paint, columns } = look
  const { mark, meaning, text, rest = "", end = "" } = rowOf(entry)
  const head = `${paint("quiet", showTime(entry.time))} ${paint(meaning, mark)} `
  const words = meaning === "bad" ? paint("bad", text) : text
  const body = rest === "" ? words : `${words}  ${paint("quiet", rest)}`
  // An address that is cut off is of no use: it is said where the whole of it is.
  const isCutOff = text.includes("://") && cellsOf(head) + cellsOf(body) > columns
  const tail = isCutOff ? ` ${paint("name", "Enter shows it")}` : end === "" ? "" : ` ${paint("quiet", end)}`
  return head + fitText(body, Math.max(4, columns - cellsOf(head) - cellsOf(tail))) + tail
}

function rowOf(entry: ChangeEntry): Row {
  switch (entry.kind) {
    case "reload":
      return reloadRow(entry)
    case "build":
      return buildRow(entry)
    case "log":
      return logRow(entry)
    case "lost":
      return {
        mark: "!",
        meaning: "warn",
        text: `${countOf(entry.count, "entry", "entries")} came too fast to be shown`,
      }
    case "death":
      return {
        mark: "✗",
        meaning: "bad",
        text: `The daemon died (process ${entry.pid})`,
        rest: printable(entry.lines.at(-1) ?? ""),
      }
  }
}

function reloadRow(entry: ReloadEntry): Row {
  const end = showMs(entry.durationMs)
  const what = reloadTitles[entry.cause]
  switch (entry.outcome) {
    case "applied":
      return { mark: "✓", meaning: "good", text: `${what} applied`, rest: printable(entry.changes.join(" · ")), end }
    case "unchanged":
      return entry.mended
        ? { mark: "✓", meaning: "good", text: `${what} valid again`, end }
        : { mark: "·", meaning: "quiet", text: `${what} unchanged`, end }
    case "refused": {
      const [problem] = entry.error?.problems ?? []
      const why = problem?.message ?? entry.error?.message ?? ""
      return { mark: "✗", meaning: "bad", text: `${what} refused`, rest: printable(why), end }
    }
  }
}

function buildRow({ name, outcome, durationMs, error }: BuildEntry): Row {
  const text = printable(name)
  if (outcome === "built") return { mark: "✓", meaning: "good", text: `${text} built`, end: showMs(durationMs) }
  if (outcome === "removed") return { mark: "·", meaning: "quiet", text: `${text} removed` }
  const [problem] = error?.problems ?? []
  const place = problem?.at === undefined ? "" : `${problem.at.file}:${problem.at.line} `
  const rest = printable(place + (problem?.message ?? error?.message ?? ""))
  return {
    mark: "✗",
    meaning: "bad",
    text: `${text} does not build`,
    rest,
    end: durationMs === 0 ? "" : showMs(durationMs),
  }
}

function logRow({ level, message, fields }: LogLine): Row {
  const { mark, meaning } = levelLooks[level]
  return { mark, meaning, text: printable(message), rest: fields === undefined ? "" : showFields(fields) }
}
