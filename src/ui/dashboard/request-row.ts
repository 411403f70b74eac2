import type { RequestEntry } from "../../protocol/admin-api.ts"
import { showMs, showTime } from "../amount.ts"
import { statusMeaning } from "../log-line.ts"
import type { Paint } from "../paint.ts"
import { printable } from "../printable.ts"
import { cellsOf, cutText, fitText } from "./fit-text.ts"

/** From this width on a row begins with the time of day. */
const timeColumnsMin = 46

/** The longest usual method, OPTIONS, and a space. */
const methodColumns = 8

/** One request in one row: time, method, path, the code of an error, status and how long it took. */
export function requestRow(entry: RequestEntry, look: { readonly paint: Paint; readonly columns: number }): string {
  const { paint, columns } = look
  const meaning = statusMeaning(entry.status)
  const time = columns >= timeColumnsMin ? `${paint("quiet", showTime(entry.time))}  ` : ""
  const method = paint(
    "strong",
    printable(entry.method)
      .slice(0, methodColumns - 1)
      .padEnd(methodColumns),
  )
  const end = `${paint(meaning, String(entry.status))} ${paint("quiet", showMs(entry.durationMs).padStart(7))}`
  const room = Math.max(4, columns - cellsOf(time) - methodColumns - 13)
  return `${time}${method}${pathAndCode(entry, { paint, room })}  ${end}`
}

/** The path in full before the code: the code goes where there is no room for both. */
function pathAndCode(entry: RequestEntry, look: { readonly paint: Paint; readonly room: number }): string {
  const { paint, room } = look
  const path = printable(entry.url)
  const code = printable(entry.code ?? "")
  const query = path.indexOf("?")
  const painted = query === -1 ? path : path.slice(0, query) + paint("quiet", path.slice(query))
  if (code === "" || room < code.length + 18) return fitText(painted, room)
  const pathRoom = room - code.length - 2
  return `${fitText(painted, pathRoom)}  ${paint(statusMeaning(entry.status), cutText(code, room))}`
}
