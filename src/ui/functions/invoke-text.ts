import type { Problem } from "../../errors.ts"
import type { InvokeResponse } from "../../protocol/functions-api.ts"
import { showMs } from "../amount.ts"
import { levelLooks, showData } from "../log-line.ts"
import type { Paint } from "../paint.ts"
import { printable } from "../printable.ts"
import { renderError } from "../render-error.ts"
import type { FunctionsLook } from "./function-table.ts"

/** What a call answered, for stdout: JSON, on several lines at a terminal. Undefined where it answered with an error. */
export function renderOutput({ output, error }: InvokeResponse): string | undefined {
  if (error !== null) return undefined
  return JSON.stringify(output, null, 2) ?? "null"
}

/** What is said beside it: log lines, how long it took, and the error. */
export function renderCall(call: InvokeResponse, look: FunctionsLook): string {
  const { paint } = look
  const lines = call.logs.map(({ atMs, level, message, data }) => {
    const { mark, meaning } = levelLooks[level]
    const fields = data === undefined ? "" : ` ${paint("quiet", showData(data))}`
    const [first = "", ...others] = message.split("\n").map((line) => printable(line))
    const line = `${paint("quiet", showMs(atMs).padStart(7))} ${paint(meaning, mark)} ${first}${fields}`
    return [line, ...others.map((other) => `${" ".repeat(10)}${other}`)].join("\n")
  })
  return [...lines, resultLine(call, look)].join("\n")
}

function resultLine({ error, status, durationMs, executionId }: InvokeResponse, look: FunctionsLook): string {
  const { paint } = look
  const facts = paint("quiet", `in ${showMs(durationMs)} · execution ${printable(executionId)}`)
  if (error === null)
    return `${paint(status < 400 ? "good" : "warn", `${status < 400 ? "✓" : "!"} ${status}`)} ${facts}`
  const text = renderError({ ...error, problems: [...(error.problems ?? []), ...fieldProblems(error)] }, look)
  return `${paint("bad", `✗ ${status}`)} ${facts}\n${text.trimEnd()}`
}

/** What is wrong with an input, field by field; one problem stands in the message already. */
function fieldProblems({ details }: NonNullable<InvokeResponse["error"]>): readonly Problem[] {
  const fields = details?.["fields"]
  if (typeof fields !== "object" || fields === null) return []
  const problems = Object.values(fields as Readonly<Record<string, readonly Problem[]>>).flat()
  return problems.length > 1 ? problems.map(({ code, message }) => ({ code, message })) : []
}

/** A head between two calls of `--watch`. */
export function renderTurn(turn: number, paint: Paint): string {
  return paint("quiet", `── call ${turn} ──`)
}
