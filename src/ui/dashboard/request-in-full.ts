import type { CapturedMessage, CapturedStatement, RequestDetail, RequestEntry } from "../../protocol/admin-api.ts"
import { countOf, showBytes, showMs, showTime } from "../amount.ts"
import { statusMeaning } from "../log-line.ts"
import type { Paint } from "../paint.ts"
import { printable } from "../printable.ts"
import { wrapText } from "../wrap-text.ts"
import { breakLine } from "./break-line.ts"
import type { FetchedRequest } from "./dashboard-state.ts"
import { bodyLines } from "./json-lines.ts"

interface Look {
  readonly paint: Paint
  readonly columns: number
}

/** Everything that is known of a request, as lines that fit the width. */
export function requestInFull(entry: RequestEntry, fetched: FetchedRequest, look: Look): readonly string[] {
  const { paint } = look
  const head = summary(entry, look)
  switch (fetched.state) {
    case "loading":
      return [...head, "", paint("quiet", "Asking the daemon for the rest…")]
    case "missing":
      return [...head, "", ...wrapText(printable(fetched.reason), { columns: look.columns, indent: 0 }).split("\n")]
    case "there":
      return [...head, ...detailLines(fetched.detail, look)].flatMap((line) => breakLine(line, look.columns))
  }
}

function summary(entry: RequestEntry, { paint, columns }: Look): readonly string[] {
  const status = paint(statusMeaning(entry.status), `${entry.status}${entry.code ? ` ${printable(entry.code)}` : ""}`)
  return [
    ...breakLine(`${paint("strong", printable(entry.method))} ${printable(entry.url)}`, columns),
    `${status} ${paint("quiet", `in ${showMs(entry.durationMs)} at ${showTime(entry.time)}, request ${printable(entry.requestId)}`)}`,
  ]
}

function detailLines({ caller, request, response, rule, statements }: RequestDetail, look: Look): readonly string[] {
  const { paint } = look
  return [
    // First, since a missing token and a rule that hides everything look like an empty list.
    `${paint("quiet", "Asked by")} ${printable(caller)}`,
    `${paint("quiet", "Rule")} ${rule === null ? paint("quiet", "none decided") : printable(rule)}`,
    ...messageLines("Request", request, look),
    ...messageLines("Answer", response, look),
    "",
    ...statementLines(statements, look),
  ]
}

function messageLines(title: string, message: CapturedMessage, { paint }: Look): readonly string[] {
  const { headers, body, bodyBytes } = message
  const nameColumns = Math.min(28, Math.max(0, ...headers.map(([name]) => name.length)))
  return [
    "",
    paint("strong", `${title} headers`),
    ...(headers.length === 0 ? [paint("quiet", "  none")] : []),
    ...headers.map(
      ([name, value]) => `  ${paint("name", printable(name).padEnd(nameColumns))}  ${paint("quiet", printable(value))}`,
    ),
    "",
    `${paint("strong", `${title} body`)}${bodyBytes === 0 ? "" : paint("quiet", `  ${showBytes(bodyBytes)}`)}`,
    ...shownBody(body, bodyBytes, paint).map((line) => `  ${line}`),
  ]
}

function shownBody(body: string | null, bodyBytes: number, paint: Paint): readonly string[] {
  if (body === null) return [paint("quiet", bodyBytes === 0 ? "none" : "not text")]
  const isCut = Buffer.byteLength(body) < bodyBytes
  const cut = isCut
    ? [paint("warn", `… the first ${showBytes(Buffer.byteLength(body))} of ${showBytes(bodyBytes)}`)]
    : []
  return [...bodyLines(body, paint), ...cut]
}

function statementLines(statements: readonly CapturedStatement[], { paint }: Look): readonly string[] {
  const spentMs = statements.reduce((sum, { durationMs }) => sum + durationMs, 0)
  const title = paint("strong", "SQL")
  if (statements.length === 0) return [title, paint("quiet", "  none ran")]
  return [
    `${title}  ${paint("quiet", `${countOf(statements.length, "statement")} in ${showMs(spentMs)}`)}`,
    ...statements.flatMap(({ sql, durationMs, rowCount, where }) => [
      `  ${paint("quiet", `${showMs(durationMs)} · ${countOf(rowCount, "row")}${where === "reader" ? " · in a reader process" : ""}`)}`,
      ...sql.split("\n").map((line) => `    ${paintSql(printable(line.replaceAll("\t", "  ")), paint)}`),
    ]),
  ]
}

const sqlWords =
  /\b(select|insert|into|values|update|set|delete|from|where|and|or|order|group|by|limit|offset|join|left|on|returning|as|with|begin|commit|savepoint|release|rollback|to|case|when|then|else|end|in|is|not|null|exists|conflict|do)\b/gi

function paintSql(line: string, paint: Paint): string {
  return line.replaceAll(sqlWords, (word) => paint("name", word))
}
