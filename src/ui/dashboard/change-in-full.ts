import type { ChangeEntry } from "../dev-store.ts"
import type { LogLook } from "../log-line.ts"
import { renderLogEntry } from "../log-line.ts"
import { printable } from "../printable.ts"
import { showTime } from "../amount.ts"
import { breakLine } from "./break-line.ts"
import { bodyLines } from "./json-lines.ts"

/** A reload or a message with all that belongs to it, as lines that fit the width. */
export function changeInFull(entry: ChangeEntry, look: LogLook & { readonly columns: number }): readonly string[] {
  // A tab of an excerpt would move the cursor further than a line is cut for.
  return linesOf(entry, look).flatMap((line) => breakLine(line.replaceAll("\t", "  "), look.columns))
}

function linesOf(entry: ChangeEntry, look: LogLook & { readonly columns: number }): readonly string[] {
  const { paint } = look
  if (entry.kind === "death") {
    return [
      `${paint("quiet", `[${showTime(entry.time)}]`)} ${paint("bad", `✗ The daemon died (process ${entry.pid}).`)}`,
      "",
      paint("strong", "Its log ended with"),
      ...entry.lines.map((line) => `  ${printable(line)}`),
      ...(entry.lines.length === 0 ? [paint("quiet", "  nothing")] : []),
    ]
  }
  if (entry.kind !== "log" || entry.fields === undefined) return renderLogEntry(entry, look).trimEnd().split("\n")
  const { fields, ...message } = entry
  return [...renderLogEntry(message, look).split("\n"), "", ...bodyLines(JSON.stringify(fields), paint)]
}
