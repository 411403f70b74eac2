import type { ExecutionDetail, FunctionDetail } from "../../protocol/functions-api.ts"
import { countOf, showBytes, showMs, showSeconds, showTime } from "../amount.ts"
import { addressesOf, showDuration, shownState, stateMeanings } from "../functions/function-table.ts"
import type { LogLook } from "../log-line.ts"
import { levelLooks, showData } from "../log-line.ts"
import type { Paint } from "../paint.ts"
import { printable } from "../printable.ts"
import { renderError } from "../render-error.ts"
import { breakLine } from "./break-line.ts"
import type { FetchedFunction } from "./dashboard-state.ts"

type Look = LogLook & { readonly columns: number }

/** A function with its last build and its last calls, as lines that fit the width. */
export function functionInFull(detail: FunctionDetail, fetched: FetchedFunction, look: Look): readonly string[] {
  const lines = [...headLines(detail, look.paint), ...buildLines(detail, look), "", ...callLines(fetched, look)]
  return lines.flatMap((line) => breakLine(line.replaceAll("\t", "  "), look.columns))
}

function headLines(detail: FunctionDetail, paint: Paint): readonly string[] {
  const { name, style, source, limits, calls, allowedHosts, env, secrets, access, privileged } = detail
  const row = (title: string, text: string): string => `${paint("quiet", title.padEnd(11))}${text}`
  const unset = secrets.filter(({ isSet }) => !isSet).map((secret) => secret.name)
  const isolation = limits.isolation === "per_call" ? ", a fresh instance for every call" : ""
  return [
    `${paint("strong", printable(name))}  ${paint(stateMeanings[shownState(detail)], shownState(detail))}${style === null ? "" : `  ${style}`}`,
    row("Source", printable(source)),
    row("Answers at", addressesOf(detail)),
    row("Access", access === null ? "anyone" : printable(access)),
    row(
      "Limits",
      `${showSeconds(limits.timeoutMs / 1_000)}, ${showBytes(limits.memoryBytes)}, ${countOf(limits.maxConcurrency, "call")} at a time${isolation}`,
    ),
    ...(privileged ? [row("Privileged", "may act as an admin, and use SQL")] : []),
    ...(allowedHosts.length === 0 ? [] : [row("May reach", named(allowedHosts))]),
    ...(env.length === 0 ? [] : [row("Variables", named(env))]),
    ...(secrets.length === 0 ? [] : [row("Secrets", named(secrets.map((secret) => secret.name)))]),
    ...(unset.length === 0 ? [] : [row("", paint("warn", `not set: ${named(unset)}`))]),
    row(
      "Calls",
      `${countOf(calls.total, "call")}, ${countOf(calls.failed, "error")}, p50 ${showDuration(calls.p50Ms)}, p99 ${showDuration(calls.p99Ms)}`,
    ),
  ]
}

function named(names: readonly string[]): string {
  return names.map((one) => printable(one)).join(", ")
}

function buildLines({ lastBuild, bytes }: FunctionDetail, look: Look): readonly string[] {
  if (lastBuild === null) return []
  const { paint } = look
  // Where a manifest is wrong nothing was built.
  const duration = lastBuild.durationMs === 0 ? "" : ` in ${showMs(lastBuild.durationMs)}`
  const took = `at ${showTime(lastBuild.at)}${duration}`
  if (lastBuild.error === null) {
    const size = bytes === null ? "" : `, ${showBytes(bytes)}`
    return [`${paint("quiet", "Built".padEnd(11))}${took}${size}`]
  }
  return [
    "",
    paint("bad", `✗ ${duration === "" ? "Its manifest was refused" : "The last build failed"} ${took}`),
    ...renderError(lastBuild.error, look).trimEnd().split("\n"),
  ]
}

function callLines(fetched: FetchedFunction, { paint }: Look): readonly string[] {
  const title = paint("strong", "Last calls")
  switch (fetched.state) {
    case "loading":
      return [title, paint("quiet", "  Asking the daemon for them…")]
    case "missing":
      return [title, `  ${printable(fetched.reason)}`]
    case "there":
      return [
        title,
        ...(fetched.executions.length === 0 ? [paint("quiet", "  none yet")] : []),
        ...fetched.executions.flatMap((execution) => executionLines(execution, paint)),
      ]
  }
}

function executionLines(execution: ExecutionDetail, paint: Paint): readonly string[] {
  const { status, startedAt, durationMs, triggerType, requestId, input, output, error, logs } = execution
  const meaning = status === "success" ? "good" : "bad"
  const facts = `${showMs(durationMs)} · ${printable(triggerType)} · request ${printable(requestId)}`
  return [
    `  ${paint("quiet", showTime(startedAt))} ${paint(meaning, status)} ${paint("quiet", facts)}`,
    ...(input === null ? [] : [`    ${paint("quiet", "←")} ${beginning(input)}`]),
    ...logs.map(({ level, message, data }) => {
      const { mark, meaning: tone } = levelLooks[level]
      const fields = data === undefined ? "" : ` ${showData(data)}`
      return `    ${paint(tone, mark)} ${printable(message)}${paint("quiet", fields)}`
    }),
    ...(output === null ? [] : [`    ${paint("quiet", "→")} ${beginning(output)}`]),
    ...(error === null ? [] : errorLines(error, paint)),
  ]
}

/** The place first, where the code that failed is known by one. */
function errorLines({ code, message, problems = [] }: NonNullable<ExecutionDetail["error"]>, paint: Paint): string[] {
  const at = problems[0]?.at
  const place = at === undefined ? "" : `${paint("strong", printable(`${at.file}:${at.line}:${at.column}`))} `
  const others = problems.filter((problem) => problem.message !== message)
  return [
    `    ${paint("bad", "✗")} ${place}${printable(message)} ${paint("quiet", `(${printable(code)})`)}`,
    ...others.map((problem) => `      ${printable(problem.message)}`),
  ]
}

function beginning(text: string): string {
  return printable(text.length > shownLength ? `${text.slice(0, shownLength)}…` : text)
}

/** How much of an input and an output is shown: enough to know which call it was. */
const shownLength = 300
