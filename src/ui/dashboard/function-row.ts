import type { FunctionDetail } from "../../protocol/functions-api.ts"
import { countOf, showCount, showMs } from "../amount.ts"
import { shownState, stateMeanings } from "../functions/function-table.ts"
import type { ShownState } from "../functions/function-table.ts"
import type { Paint } from "../paint.ts"
import { printable } from "../printable.ts"
import { cellsOf, fitText } from "./fit-text.ts"
import { sparkline } from "./sparkline.ts"

/** How wide a name is shown at least, and at most. */
const nameColumns = { least: 10, most: 24 }

/** How wide figures are, so that those of one row stand below those of another; larger ones push what follows. */
const callsColumns = "9,999 calls".length
const errorsColumns = "0 errors".length
const shortColumns = "99".length
const msColumns = "1.2 ms".length

/** A minute of calls in fewer bars is a bar for several seconds: so many, or where there is little room so many. */
const sparklineColumns = [12, 6] as const

const marks: Readonly<Record<ShownState, string>> = { serving: "●", building: "◌", stale: "!", failed: "✗" }

/** One function in one row: its state, and how it is called, or why it does not build. */
export function functionRow(detail: FunctionDetail, look: { readonly paint: Paint; readonly columns: number }): string {
  const { paint, columns } = look
  const { name, lastBuild } = detail
  const state = shownState(detail)
  const wide = Math.min(nameColumns.most, Math.max(nameColumns.least, Math.floor(columns / 3)))
  const head = `${paint(stateMeanings[state], marks[state])} ${fitText(printable(name), wide)}`
  const room = Math.max(4, columns - cellsOf(head) - 1)
  if (state === "building") return `${head} ${fitText(paint("quiet", "being built…"), room)}`
  if (lastBuild?.error) return `${head} ${fitText(paint("bad", reasonOf(lastBuild.error)), room)}`
  return `${head} ${fitText(facts(detail, { paint, room }), room)}`
}

/** In words where all fit; else shorter, and as many as fit beside the bars, the most telling last to go. */
function facts(
  { calls, path }: FunctionDetail,
  { paint, room }: { readonly paint: Paint; readonly room: number },
): string {
  if (calls.total === 0)
    return paint("quiet", path === null ? "not called yet" : `not called yet: POST ${printable(path)}`)
  const { total, failed, p50Ms, p99Ms, perSecond } = calls
  const errors = failed === 0 ? "quiet" : "bad"
  const inWords = [
    countOf(total, "call").padStart(callsColumns),
    paint(errors, countOf(failed, "error").padStart(errorsColumns)),
  ]
  const inShort = showCount(total).padStart(shortColumns) + " · " + paint(errors, `${showCount(failed)} err`)
  const p50 = p50Ms === null ? [] : [paint("quiet", `p50 ${showMs(p50Ms).padStart(msColumns)}`)]
  const p99 = p99Ms === null ? [] : [paint("quiet", `p99 ${showMs(p99Ms).padStart(msColumns)}`)]
  const [bars, fewBars] = sparklineColumns.map((columns) =>
    paint("good", sparkline(inBars(perSecond, columns), columns)),
  )
  const rows = [
    [...inWords, ...p50, ...p99, bars],
    ...[[...p50, ...p99], p99, []].flatMap((times) => [
      [inShort, ...times, bars],
      [inShort, ...times, fewBars],
    ]),
    [inShort],
  ]
  return rows.map((row) => row.join("  ")).find((line) => cellsOf(line) <= room) ?? showCount(total)
}

/** The seconds of the last minute, summed up so that all of it is seen. */
function inBars(perSecond: readonly number[], columns: number): readonly number[] {
  const each = Math.max(1, Math.ceil(perSecond.length / columns))
  const bars: number[] = []
  for (let index = 0; index < perSecond.length; index += each)
    bars.push(perSecond.slice(index, index + each).reduce((sum, count) => sum + count, 0))
  return bars
}

function reasonOf(error: NonNullable<NonNullable<FunctionDetail["lastBuild"]>["error"]>): string {
  const [problem] = error.problems ?? []
  if (problem === undefined) return printable(error.message)
  const place = problem.at === undefined ? "" : `${problem.at.file}:${problem.at.line}:${problem.at.column} `
  return printable(place + problem.message)
}
