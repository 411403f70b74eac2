import type { Problem } from "../errors.ts"
import type {
  BuildEntry,
  ExecutionEntry,
  LogEntry,
  LogLevel,
  ReloadEntry,
  RequestEntry,
} from "../protocol/admin-api.ts"
import { showCount, showMs, showTime } from "./amount.ts"
import type { Meaning, Paint } from "./paint.ts"
import { printable } from "./printable.ts"
import { renderProblem } from "./render-error.ts"
import { wrapText } from "./wrap-text.ts"

/** What is needed to show an entry besides the entry. */
export interface LogLook {
  readonly paint: Paint
  /** The text of a file of the project that a problem names, or undefined. */
  readonly readText: (file: string) => string | undefined
  /** How wide a line may become before it goes on below; endless when left out. */
  readonly columns?: number
}

/** Renders one entry of the log as a line, and the problems of a refused reload as the lines under it. */
export function renderLogEntry(entry: LogEntry, look: LogLook): string {
  const time = look.paint("quiet", `[${showTime(entry.time)}]`)
  switch (entry.kind) {
    case "log": {
      const fields = entry.fields === undefined ? "" : ` ${paintWords(look.paint, showFields(entry.fields))}`
      const level = levelLooks[entry.level]
      const mark = look.paint(level.meaning, level.mark)
      return `${time} ${mark} ${below(printable(entry.message) + fields, look)}`
    }
    case "request":
      return `${time} ${renderRequest(entry, look.paint)}`
    case "reload":
      return `${time} ${renderReload(entry, look)}`
    case "build":
      return `${time} ${renderBuild(entry, look)}`
    case "execution":
      return `${time} ${renderExecution(entry, look)}`
    case "lost":
      return `${time} ${look.paint("warn", `! ${showCount(entry.count)} entries were lost: this reader was too slow.`)}`
  }
}

/** "GET    200   1.4 ms /api/collections/posts". */
function renderRequest(entry: RequestEntry, paint: Paint): string {
  const status = paint(statusMeaning(entry.status), String(entry.status))
  const code = entry.code === undefined ? "" : ` ${paint(statusMeaning(entry.status), printable(entry.code))}`
  const took = paint("quiet", showMs(entry.durationMs).padStart(7))
  return `${printable(entry.method).padEnd(6)} ${status} ${took} ${printable(entry.url)}${code}`
}

/** One line for what became of a function's source, and the problems under it. */
function renderBuild(entry: BuildEntry, look: LogLook): string {
  // Nothing was built where a manifest is wrong.
  const took = entry.durationMs === 0 ? "" : ` ${look.paint("quiet", `(${showMs(entry.durationMs)})`)}`
  const name = printable(entry.name)
  if (entry.outcome === "built") return `${look.paint("good", "✓")} Function ${name} built${took}`
  if (entry.outcome === "removed") return `${look.paint("quiet", "·")} Function ${name} removed`
  const { error } = entry
  const head = `${look.paint("bad", "✗")} Function ${name} does not build${took}`
  if (error === undefined) return head
  const problems = (error.problems ?? []).map((problem) => renderProblem(problem, look))
  return [head, belowTime + below(printable(error.message), look), ...problems].join("\n")
}

/** "ƒ create-post success 4.1 ms", and under it what it logged, and why and where it failed. */
function renderExecution(entry: ExecutionEntry, look: LogLook): string {
  const meaning = entry.status === "success" ? "good" : "bad"
  const head = `ƒ ${printable(entry.name)} ${look.paint(meaning, entry.status)} ${look.paint("quiet", showMs(entry.durationMs))}`
  const lines = entry.logs.map(({ level, message, data }) => {
    const fields = data === undefined ? "" : ` ${paintWords(look.paint, showData(data))}`
    return markedLine(level, message, { look, place: "", fields })
  })
  return [head, ...lines, ...(entry.error === undefined ? [] : failureLines(entry.error, look))].join("\n")
}

/** "✗ functions/a.ts:3:9 Nobody is there. (NOBODY)", and other problems below. */
function failureLines(error: NonNullable<ExecutionEntry["error"]>, look: LogLook): readonly string[] {
  const [first, ...others] = error.problems ?? []
  const code = ` ${look.paint("quiet", `(${printable(error.code)})`)}`
  const head = markedLine("error", error.message, { look, place: placeOf(first, look.paint), fields: code })
  return [head, ...others.map((one) => belowTime + below(placeOf(one, look.paint) + printable(one.message), look))]
}

function placeOf(problem: Problem | undefined, paint: Paint): string {
  const at = problem?.at
  return at === undefined ? "" : `${paint("strong", printable(`${at.file}:${at.line}:${at.column}`))} `
}

/** The lines of a stack stay lines of their own. */
function markedLine(
  level: LogLevel,
  message: string,
  { look, place, fields }: { readonly look: LogLook; readonly place: string; readonly fields: string },
): string {
  const { mark, meaning } = levelLooks[level]
  const [first = "", ...others] = message.split("\n").map((line) => printable(line))
  const lines = [`${look.paint(meaning, mark)} ${below(place + first + fields, look)}`]
  for (const line of others) lines.push(`  ${below(line, look)}`)
  return lines.map((line) => belowTime + line).join("\n")
}

/** What the class of an HTTP status means to the one who looks. */
export function statusMeaning(status: number): Meaning {
  if (status >= 500) return "bad"
  if (status >= 400) return "warn"
  return status >= 300 ? "name" : "good"
}

/** Sets the lines under an entry below its text: "[08:30:15] ✓ ". */
const belowTime = " ".repeat(13)

/** Breaks what follows the time, so that it goes on under itself. */
function below(text: string, { columns }: LogLook): string {
  return columns === undefined ? text : wrapText(text, { columns, indent: belowTime.length }).trimStart()
}

/** Word by word, so that the text can be broken between them. */
function paintWords(paint: Paint, text: string): string {
  return text
    .split(" ")
    .map((word) => paint("quiet", word))
    .join(" ")
}

/** What a reload was about, by its cause. */
export const reloadTitles: Readonly<Record<ReloadEntry["cause"], string>> = {
  schema: "Schema",
  config: "Configuration",
  migrations: "Migrations",
  start: "Schema at start",
}

/** How the levels of messages are marked. */
export const levelLooks: Readonly<Record<LogLevel, { readonly mark: string; readonly meaning: Meaning }>> = {
  debug: { mark: "·", meaning: "quiet" },
  info: { mark: "·", meaning: "quiet" },
  warn: { mark: "!", meaning: "warn" },
  error: { mark: "✗", meaning: "bad" },
}

/** One line for what was done, and one for each change or problem. */
function renderReload(entry: ReloadEntry, look: LogLook): string {
  const what = reloadTitles[entry.cause]
  const took = look.paint("quiet", `(${showMs(entry.durationMs)})`)
  switch (entry.outcome) {
    case "applied":
      return [
        `${look.paint("good", "✓")} ${what} applied ${took}`,
        ...entry.changes.map((change) => belowTime + below(printable(change), look)),
      ].join("\n")
    case "unchanged":
      if (entry.mended) return `${look.paint("good", "✓")} ${what} valid again ${took}`
      return `${look.paint("quiet", "·")} ${what} unchanged ${took}`
    case "refused": {
      const { error } = entry
      // At the start none of this run was good yet.
      const served =
        entry.cause === "start" ? "what the database was last brought to serves" : "the last good one still serves"
      const head = `${look.paint("bad", "✗")} ${below(`${what} refused; ${served} ${took}`, look)}`
      if (error === undefined) return head
      const problems = (error.problems ?? []).map((problem) => renderProblem(problem, look))
      const next = error.next === undefined ? [] : [`  ${look.paint("good", "Next:")} ${printable(error.next)}`]
      return [head, belowTime + below(printable(error.message), look), ...problems, ...next].join("\n")
    }
  }
}

/** What was logged beside a message: the fields of an object, else JSON. */
export function showData(data: unknown): string {
  if (typeof data === "object" && data !== null && !Array.isArray(data))
    return showFields(data as Record<string, unknown>)
  return printable(JSON.stringify(data) ?? "")
}

/** The fields of a message as "name=value", in their order. */
export function showFields(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(
      ([name, value]) => `${printable(name)}=${printable(typeof value === "string" ? value : JSON.stringify(value))}`,
    )
    .join(" ")
}
