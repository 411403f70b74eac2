import type { LogEntry, LogLevel, ReloadEntry, RequestEntry } from "../protocol/admin-api.ts"
import { showCount, showMs, showTime } from "./amount.ts"
import type { Meaning, Paint } from "./paint.ts"
import { printable } from "./printable.ts"
import { renderProblem } from "./render-error.ts"

/** What is needed to show an entry besides the entry. */
export interface LogLook {
  readonly paint: Paint
  /** The text of a file of the project that a problem names, or undefined. */
  readonly readText: (file: string) => string | undefined
}

/** Renders one entry of the log as a line, and the problems of a refused reload as the lines under it. */
export function renderLogEntry(entry: LogEntry, look: LogLook): string {
  const time = look.paint("quiet", `[${showTime(entry.time)}]`)
  switch (entry.kind) {
    case "log": {
      const fields = entry.fields === undefined ? "" : ` ${look.paint("quiet", showFields(entry.fields))}`
      return `${time} ${look.paint(levelMeaning(entry.level), levelMark(entry.level))} ${printable(entry.message)}${fields}`
    }
    case "request":
      return `${time} ${renderRequest(entry, look.paint)}`
    case "reload":
      return `${time} ${renderReload(entry, look)}`
    case "lost":
      return `${time} ${look.paint("warn", `! ${showCount(entry.count)} entries were lost: this reader was too slow.`)}`
  }
}

/** "GET    200   1.4 ms /api/collections/posts". */
function renderRequest(entry: RequestEntry, paint: Paint): string {
  const status = paint(statusMeaning(entry.status), String(entry.status))
  const code = entry.code === undefined ? "" : ` ${paint(statusMeaning(entry.status), entry.code)}`
  const took = paint("quiet", showMs(entry.durationMs).padStart(7))
  return `${entry.method.padEnd(6)} ${status} ${took} ${printable(entry.url)}${code}`
}

/** What the class of an HTTP status means to the one who looks. */
function statusMeaning(status: number): Meaning {
  if (status >= 500) return "bad"
  if (status >= 400) return "warn"
  return status >= 300 ? "name" : "good"
}

/** Sets the lines under an entry below its text: "[08:30:15] ✓ ". */
const belowTime = " ".repeat(13)

/** One line for what was done, and one for each change or problem. */
function renderReload(entry: ReloadEntry, look: LogLook): string {
  const what = { schema: "Schema", config: "Configuration", start: "Schema at start" }[entry.cause]
  const took = look.paint("quiet", `(${showMs(entry.durationMs)})`)
  switch (entry.outcome) {
    case "applied":
      return [
        `${look.paint("good", "✓")} ${what} applied ${took}`,
        ...entry.changes.map((change) => belowTime + printable(change)),
      ].join("\n")
    case "unchanged":
      return `${look.paint("quiet", "·")} ${what} unchanged ${took}`
    case "refused": {
      const { error } = entry
      const head = `${look.paint("bad", "✗")} ${what} refused; the last good one still serves ${took}`
      if (error === undefined) return head
      const problems = (error.problems ?? []).map((problem) => renderProblem(problem, look))
      const next = error.next === undefined ? [] : [`  ${look.paint("good", "Next:")} ${error.next}`]
      return [head, belowTime + printable(error.message), ...problems, ...next].join("\n")
    }
  }
}

function levelMark(level: LogLevel): string {
  return { debug: "·", info: "·", warn: "!", error: "✗" }[level]
}

function levelMeaning(level: LogLevel): Meaning {
  return ({ debug: "quiet", info: "quiet", warn: "warn", error: "bad" } as const)[level]
}

function showFields(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${printable(typeof value === "string" ? value : JSON.stringify(value))}`)
    .join(" ")
}
