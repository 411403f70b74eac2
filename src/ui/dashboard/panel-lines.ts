import { stripVTControlCharacters } from "node:util"

import type { StatsResponse } from "../../protocol/admin-api.ts"
import type { MigrationPlan } from "../../protocol/migrations-api.ts"
import type { LogLook } from "../log-line.ts"
import { draftToComplete } from "../migrations/open-draft.ts"
import { planLines } from "../migrations/plan-lines.ts"
import { printable } from "../printable.ts"
import { renderError } from "../render-error.ts"
import { widthOf, wrapText } from "../wrap-text.ts"
import type { FrameStyle } from "./frame.ts"
import { frame, roomInside } from "./frame.ts"

/** The room that a panel may take. */
export interface PanelRoom {
  readonly columns: number
  /** Its edges included; at least 3. */
  readonly rows: number
  readonly style: FrameStyle
}

/**
 * What keeps the written files from being served, in a frame above the panes: the plan that waits for a decision, or
 * what is wrong. Empty when all is well.
 */
export function panelLines(
  stats: Pick<StatsResponse, "plan" | "problem"> | null,
  look: LogLook,
  room: PanelRoom & { readonly question?: string | null },
): readonly string[] {
  if (stats?.plan) {
    const { question = null } = room
    const title = look.paint("warn", question === null ? "This change waits for you" : "Your answer is waited for")
    const note = question === null ? "w write file · a apply · u undo edit · v whole" : "y yes · n no · Esc leave it"
    const lines = waitingLines(stats.plan, look, { ...roomInside(room), question })
    return framed(lines, look, { ...room, title, tone: "warn", note })
  }
  if (stats?.problem) {
    const lines = problemLines(stats.problem, look, roomInside(room))
    return framed(lines, look, { ...room, title: look.paint("bad", "Problem"), tone: "bad", note: "" })
  }
  return []
}

/** A question about the plan, or the file that waits to be completed, and then the plan itself. */
function waitingLines(
  plan: MigrationPlan,
  look: LogLook,
  { columns, rows, question }: { readonly columns: number; readonly rows: number; readonly question: string | null },
): readonly string[] {
  const open = draftToComplete(plan)
  const wrapped = (text: string): readonly string[] => wrapText(printable(text), { columns, indent: 0 }).split("\n")
  const above =
    question !== null
      ? wrapped(question).map((line) => look.paint("strong", line))
      : open === undefined
        ? []
        : wrapped(`${open.file} does nothing yet: answer what it asks there, or press a.`).map((line) =>
            look.paint("warn", line),
          )
  const left = rows - above.length
  if (left < 1) return above.slice(0, rows)
  return [
    ...above,
    ...(plan.changes.length === 0 ? pendingLines(plan, look) : planLines(plan, look, { columns, rows: left })),
  ]
}

/** Files that wait and change nothing that is stored. */
function pendingLines({ files, problems }: MigrationPlan, { paint }: LogLook): readonly string[] {
  return [
    ...files.map(
      ({ file, operations }) =>
        `${paint("strong", printable(file))} ${operations.map((operation) => printable(operation)).join(", ")}`,
    ),
    ...problems.map(({ message }) => paint("bad", printable(message))),
    paint("quiet", "They change nothing that is stored: a notes them as applied."),
  ]
}

function framed(
  lines: readonly string[],
  { paint }: LogLook,
  options: PanelRoom & { readonly title: string; readonly tone: "warn" | "bad"; readonly note: string },
): readonly string[] {
  const edges = options.style === "box" ? 2 : 1
  return frame(lines, { ...options, paint, rows: Math.min(options.rows, lines.length + edges) })
}

/**
 * A problem in the room there is. Where it does not fit, the lines of the files go first, then the ends of long
 * sentences, then the middle; what to do about it stays.
 */
export function problemLines(
  problem: NonNullable<StatsResponse["problem"]>,
  look: LogLook,
  room: { readonly rows: number; readonly columns: number },
): readonly string[] {
  const whole = linesOf(renderError(problem, look))
  const bare = linesOf(renderError(problem, { ...look, readText: () => undefined }))
  const fitting = [whole, bare]
    .map((lines) => lines.flatMap((line) => wrapLine(line, room.columns)))
    .find((lines) => lines.length <= room.rows)
  if (fitting !== undefined) return fitting
  if (bare.length <= room.rows) return bare
  // The last line is the next step, where there is one.
  return [...bare.slice(0, Math.max(0, room.rows - 2)), look.paint("quiet", "…"), bare.at(-1)!].slice(-room.rows)
}

function linesOf(text: string): readonly string[] {
  return text
    .replaceAll("\t", "  ")
    .split("\n")
    .filter((line) => line !== "")
}

/** Goes on under itself; a line of a file stays whole, since a caret points into it. */
function wrapLine(line: string, columns: number): readonly string[] {
  const plain = stripVTControlCharacters(line)
  if (widthOf(line) <= columns || /^ *\d* \| /.test(plain)) return [line]
  const indent = plain.length - plain.trimStart().length
  return wrapText(line.trimStart(), { columns, indent }).split("\n")
}
