import { isUtf8 } from "node:buffer"

import { isJson } from "../../lib/json-syntax.ts"
import { roundMs } from "../../lib/round-ms.ts"
import type { WireError } from "../../protocol/admin-api.ts"
import type { Activity } from "../activity.ts"
import { cutText, keptBytesMax } from "../executions/execution-limits.ts"
import type { ExecutionRecord, Executions } from "../executions/executions.ts"
import type { Redactor } from "../secrets/redactor.ts"
import type { EndedInvocation, FunctionLogLine } from "./functions.ts"

/** Those who follow the log are told so many lines of a call, and so much of each. */
const toldLinesMax = 100
const toldLengthMax = 2_000

/** A value of a secret that stands across the cut is still known as one. */
const readBytesMax = 2 * keptBytesMax

/** How much of an error's message and stack is kept. */
const errorTextBytesMax = 8 * 1024

/** Where ended calls are told. */
export interface EndedCallsParts {
  readonly executions: Pick<Executions, "record">
  readonly activity: Pick<Activity, "execution">
  readonly redactor: Redactor
}

/** Makes the listener that puts ended calls into the execution log, and tells those who follow the daemon's log. */
export function endedCalls(parts: EndedCallsParts): (ended: EndedInvocation) => void {
  return (ended) => {
    const record = recordOf(ended, parts)
    const error = record.error === null ? undefined : (JSON.parse(record.error) as WireError)
    parts.executions.record(record)
    parts.activity.execution({
      name: record.functionName,
      executionId: record.id,
      requestId: record.requestId,
      trigger: record.triggerType,
      status: record.status,
      durationMs: record.durationMs,
      logs: toldLines(ended, parts.redactor),
      ...(error === undefined ? {} : { error }),
    })
  }
}

function recordOf(ended: EndedInvocation, { redactor }: EndedCallsParts): ExecutionRecord {
  const { invocation, status, error } = ended
  return {
    id: invocation.executionId,
    functionName: invocation.manifest.name,
    requestId: invocation.requestId,
    triggerType: invocation.trigger.type,
    triggerId: invocation.trigger.id,
    parentId: invocation.parent?.executionId ?? null,
    status,
    startedAt: new Date(invocation.beganAt).toISOString(),
    completedAt: new Date(invocation.beganAt + ended.durationMs).toISOString(),
    durationMs: roundMs(ended.durationMs),
    input: keptText(ended.input, redactor),
    output: ended.output === null ? null : keptText(ended.output, redactor),
    error: error === null ? null : JSON.stringify(keptError(error, redactor)),
    logs: keptLogs(ended, redactor),
  }
}

/** Null where there are no bytes, or no text. */
function keptText(bytes: Uint8Array, redactor: Redactor): string | null {
  if (bytes.length === 0) return null
  const text = beginningOf(bytes)
  if (text === null) return null
  const shown = redactor.json(text)
  // JSON must stay JSON; what is none, or is cut off, is a text as well.
  return cutText(isJson(text) ? shown : redactor.text(shown))
}

/** The text of the first bytes, without a character that is cut in two; null where they are no text. */
function beginningOf(bytes: Uint8Array): string | null {
  if (bytes.length <= readBytesMax) {
    return isUtf8(bytes) && !bytes.includes(0)
      ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8")
      : null
  }
  const beginning = bytes.subarray(0, readBytesMax)
  if (beginning.includes(0)) return null
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(beginning, { stream: true })
  } catch {
    return null
  }
}

function keptError(error: WireError, redactor: Redactor): WireError {
  const { code, message, ...others } = error
  const kept = { code, message: cutText(redactor.text(message), errorTextBytesMax) }
  const more = redactedJson(others, redactor)
  // Details may be anything; what does not fit is left out.
  return Buffer.byteLength(more) <= keptBytesMax ? { ...kept, ...(JSON.parse(more) as object) } : kept
}

/** JSON without what is secret, which is JSON of the same form. */
function redactedJson(value: unknown, redactor: Redactor): string {
  return redactor.json(JSON.stringify(value) ?? "null")
}

/** JSON of as many lines as fit; a last one says how many do not. */
function keptLogs({ logs, logsDropped }: EndedInvocation, redactor: Redactor): string | null {
  const kept: string[] = []
  let lengthBytes = 0
  for (const line of logs) {
    const text = redactedLine(line, redactor)
    const bytes = Buffer.byteLength(text) + 1
    if (lengthBytes + bytes > keptBytesMax - endBytes) break
    kept.push(text)
    lengthBytes += bytes
  }
  const dropped = logsDropped + logs.length - kept.length
  if (dropped > 0) kept.push(JSON.stringify(droppedLine(dropped, logs.at(-1)?.atMs ?? 0)))
  return kept.length === 0 ? null : `[${kept.join(",")}]`
}

function redactedLine({ data, message, ...line }: FunctionLogLine, redactor: Redactor): string {
  const text = JSON.stringify({ ...line, message: redactor.text(message) })
  return data === undefined ? text : `${text.slice(0, -1)},"data":${redactedJson(data, redactor)}}`
}

/** Room for the line that says what was left out. */
const endBytes = 200

function droppedLine(count: number, atMs: number): FunctionLogLine {
  return { atMs, level: "warn", message: `${count} more ${count === 1 ? "line was" : "lines were"} left out.` }
}

function toldLines({ logs, logsDropped }: EndedInvocation, redactor: Redactor): readonly FunctionLogLine[] {
  const isCut = logs.length > toldLinesMax || logsDropped > 0
  const shown = logs.slice(0, isCut ? toldLinesMax - 1 : toldLinesMax)
  const lines = shown.map((line): FunctionLogLine => {
    const { data, ...told } = line
    const message = redactor.text(line.message).slice(0, toldLengthMax)
    return data === undefined ? { ...told, message } : { ...told, message, data: toldData(data, redactor) }
  })
  const dropped = logsDropped + logs.length - shown.length
  return dropped === 0 ? lines : [...lines, droppedLine(dropped, logs.at(-1)?.atMs ?? 0)]
}

/** What is too long is told as the beginning of its text. */
function toldData(data: unknown, redactor: Redactor): unknown {
  const text = redactedJson(data, redactor)
  return text.length <= toldLengthMax ? (JSON.parse(text) as unknown) : `${text.slice(0, toldLengthMax)}…`
}
